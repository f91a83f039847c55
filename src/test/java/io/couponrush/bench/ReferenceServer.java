package io.couponrush.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/** An HTTP server with as many event loops as the service has by default, and with its options: all but what is answered. */
final class ReferenceServer extends VerticleBase {
    private final int port;
    private final Handler<HttpServerRequest> answers;

    private ReferenceServer(int port, Handler<HttpServerRequest> answers) {
        this.port = port;
        this.answers = answers;
    }

    /**
     * Returns when it listens.
     *
     * @param answers makes the handler of one event loop, on any thread
     */
    static void start(Vertx vertx, int port, Supplier<Handler<HttpServerRequest>> answers) {
        int instances = Runtime.getRuntime().availableProcessors();
        vertx.deployVerticle(
                        () -> new ReferenceServer(port, answers.get()), new DeploymentOptions().setInstances(instances))
                .await();
        System.out.println("listening on " + port);
    }

    @Override
    public Future<?> start() {
        // the options of HttpVerticle
        var options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setIdleTimeout(75)
                .setAcceptBacklog(4096)
                .setTcpNoDelay(true)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
        return vertx.createHttpServer(options).requestHandler(answers).listen();
    }
}
