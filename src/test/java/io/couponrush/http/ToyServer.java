package io.couponrush.http;

import io.couponrush.config.ServerTls;
import io.couponrush.config.Settings;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The real server with routes that do next to nothing, and little patience. */
final class ToyServer {
    static final Duration BODY_TIMEOUT = Duration.ofMillis(400);
    static final Duration HEAD_TIMEOUT = Duration.ofSeconds(1);
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);
    static final int CONNECTIONS = 200;

    private final Vertx vertx = Vertx.vertx();
    private final HttpVerticle verticle;

    ToyServer(RequestMeter meter) throws Exception {
        this(meter, 1, List.of(), ServerTls.OFF);
    }

    ToyServer(RequestMeter meter, int instances, List<String> trustedProxies, ServerTls tls) throws Exception {
        var settings = new Settings.Http(
                "127.0.0.1",
                0,
                instances,
                List.of("https://shop.example", "http://localhost:3000"),
                trustedProxies,
                IDLE_TIMEOUT,
                HEAD_TIMEOUT,
                BODY_TIMEOUT,
                Duration.ofMillis(100),
                CONNECTIONS,
                tls);
        var connections = new Connections(CONNECTIONS, meter);
        List<HttpVerticle> made = new CopyOnWriteArrayList<>();
        Supplier<HttpVerticle> verticles = () -> {
            made.add(new HttpVerticle(
                    settings,
                    List.of(new Echo()),
                    List.of(ToyServer::mount),
                    meter,
                    IllegalMonitorStateException.class::isInstance,
                    connections));
            return made.get(made.size() - 1);
        };
        await(vertx.deployVerticle(verticles, new DeploymentOptions().setInstances(instances)));
        verticle = made.get(0);
    }

    int port() {
        return verticle.port();
    }

    void close() throws Exception {
        await(vertx.close());
    }

    private static void await(Future<?> future) throws Exception {
        future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void mount(Router router) {
        var contract = new Contract();
        router.get("/api/toys").handler(ctx -> Replies.json(ctx, 200, new JsonObject().put("toys", 0)));
        router.post("/api/toys")
                .handler(contract.body("IssueRequest"))
                .handler(ctx -> Replies.json(ctx, 201, Contract.body(ctx)));
        router.get("/api/toys/:id")
                .handler(ctx -> Replies.json(ctx, 200, new JsonObject().put("id", ctx.pathParam("id"))));
        router.patch("/api/toys/:id").handler(ctx -> Replies.json(ctx, 200, new JsonObject()));
        router.get("/api/boom").handler(ctx -> {
            throw new IllegalStateException("secret of the house");
        });
        router.get("/api/away").handler(ctx -> ctx.fail(new TimeoutException("pool")));
        router.get("/api/known-away").handler(ctx -> ctx.fail(new IllegalMonitorStateException("pool")));
        router.get("/api/slow")
                .handler(ctx -> ctx.vertx().setTimer(2 * HEAD_TIMEOUT.toMillis(), id -> ctx.end("slow")));
        router.get("/page").handler(ctx -> ctx.end("page"));
    }

    /** Answers with the length of the body. */
    private static final class Echo implements ExpressRoute {
        @Override
        public Future<Void> start() {
            return Future.succeededFuture();
        }

        @Override
        public HttpMethod method() {
            return HttpMethod.POST;
        }

        @Override
        public String path() {
            return "/api/toys/express";
        }

        @Override
        public void handle(HttpServerRequest request) {
            String id = Exchange.begin(request);
            BodyReader.read(request, 64, BODY_TIMEOUT, id, body -> request.response()
                    .end(Integer.toString(body.length()))
                    .onFailure(gone -> {}));
        }
    }
}
