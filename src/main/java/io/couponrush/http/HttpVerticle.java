package io.couponrush.http;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One event loop of the HTTP server. Instances share the port. */
public final class HttpVerticle extends VerticleBase {
    private final Settings.Http settings;
    private final List<ExpressRoute> express;
    private final List<Routes> routes;
    private HttpServer server;

    public HttpVerticle(Settings.Http settings, List<ExpressRoute> express, List<Routes> routes) {
        this.settings = settings;
        this.express = express;
        this.routes = routes;
    }

    @Override
    public Future<?> start() {
        Router router = router();
        server = vertx.createHttpServer(options()).requestHandler(request -> dispatch(request, router));
        return server.listen();
    }

    @Override
    public Future<?> stop() {
        return server.shutdown(settings.drain().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void dispatch(HttpServerRequest request, Router router) {
        for (ExpressRoute route : express) {
            if (request.method().equals(route.method()) && route.path().equals(request.path())) {
                route.handle(request);
                return;
            }
        }
        router.handle(request);
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(Replies::begin);
        routes.forEach(r -> r.mount(router));
        return router;
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setIdleTimeout((int) settings.idleTimeout().toSeconds())
                .setAcceptBacklog(4096)
                .setPerMessageWebSocketCompressionSupported(false);
    }
}
