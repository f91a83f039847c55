package io.couponrush.http;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One event loop of the HTTP server. Instances share the port. */
public final class HttpVerticle extends VerticleBase {
    /** Bytes of a body that any route takes. */
    public static final int BODY_LIMIT = 16_384;

    /** Bytes of what a browser sends on a WebSocket; whoever reads it may want less. */
    private static final int MESSAGE_LIMIT = 16_384;

    /** Any free port, the same for all instances; with 0 each would get its own. */
    private static final int ANY_SHARED = -1;

    private final Settings.Http settings;
    private final List<ExpressRoute> express;
    private final List<Routes> routes;
    private final RequestMeter meter;
    private final Predicate<Throwable> away;
    private final Cors cors;
    private HttpServer server;
    private boolean stopping;

    public HttpVerticle(Settings.Http settings, List<ExpressRoute> express, List<Routes> routes) {
        this(settings, express, routes, RequestMeter.NONE, failure -> false);
    }

    /**
     * Makes one instance; the collaborators may be shared between instances.
     *
     * @param away tells failures that mean that a dependency is away, where this package may not know their classes
     */
    public HttpVerticle(
            Settings.Http settings,
            List<ExpressRoute> express,
            List<Routes> routes,
            RequestMeter meter,
            Predicate<Throwable> away) {
        this.settings = settings;
        this.express = express;
        this.routes = routes;
        this.meter = meter;
        this.away = away;
        this.cors = new Cors(settings.corsOrigins());
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        var table = new RouteTable(router);
        var metering = new Metering(meter, table);
        List<Express> lane =
                express.stream().map(route -> new Express(route, metering)).toList();
        new ProblemHandler(table, away).mount(router);
        mount(router, metering);
        server = vertx.createHttpServer(options())
                .requestHandler(request -> dispatch(request, lane, router))
                .invalidRequestHandler(InvalidRequests::refuse);
        return Future.all(express.stream().map(ExpressRoute::start).toList()).compose(ready -> server.listen());
    }

    @Override
    public Future<?> stop() {
        stopping = true;
        return server.shutdown(settings.drain().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The port it listens on, once started. */
    public int port() {
        return server.actualPort();
    }

    private void dispatch(HttpServerRequest request, List<Express> lane, Router router) {
        if (stopping) { // a connection that is never idle would keep the server until its time is up
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        String encoding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("chunked")) {
            InvalidRequests.refuseFraming(request);
            return;
        }
        if (cors.answered(request)) {
            return;
        }
        for (Express route : lane) {
            if (route.takes(request)) {
                return;
            }
        }
        router.handle(request);
    }

    private void mount(Router router, Metering metering) {
        router.route().handler(Replies::begin);
        router.route().handler(metering::time);
        router.route().handler(SafeHeaders::add);
        routes.forEach(r -> r.mountStreaming(router));
        router.route().handler(new ArrivalLimit(vertx, settings.bodyTimeout()));
        router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        express.forEach(route -> Express.keepOthersOff(router, route));
        routes.forEach(r -> r.mount(router));
        metering.register(router);
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port() == 0 ? ANY_SHARED : settings.port())
                .setIdleTimeout((int) settings.idleTimeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setAcceptBacklog(4096)
                .setTcpNoDelay(true)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(MESSAGE_LIMIT)
                .setMaxWebSocketMessageSize(MESSAGE_LIMIT);
    }
}
