package io.couponrush.http;

import static java.util.Objects.requireNonNull;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One event loop of the HTTP server. Instances share the port. */
public final class HttpVerticle extends VerticleBase {
    /** Bytes of a body that any route takes. */
    public static final int BODY_LIMIT = 16_384;

    /** Bytes of what a browser sends on a WebSocket; whoever reads it may want less. */
    private static final int MESSAGE_LIMIT = 16_384;

    /** How long proxies have to be told that their connections end; a request on one that just ended is lost to them. */
    private static final long FAREWELL_MILLIS = 1_000;

    /** Any free port, the same for all instances; with 0 each would get its own. */
    private static final int ANY_SHARED = -1;

    private final Settings.Http settings;
    private final List<ExpressRoute> express;
    private final List<Routes> routes;
    private final RequestMeter meter;
    private final Predicate<Throwable> away;
    private final Cors cors;
    private final SafeHeaders safeHeaders;
    private final HeadLimit headLimit;
    private final AtomicReference<@Nullable HttpServer> server = new AtomicReference<>();
    private boolean stopping;

    public HttpVerticle(Settings.Http settings, List<ExpressRoute> express, List<Routes> routes) {
        this(settings, express, routes, RequestMeter.NONE, failure -> false, alone(settings, RequestMeter.NONE));
    }

    /** Of the only instance of a port. */
    public static Connections alone(Settings.Http settings, RequestMeter meter) {
        return new Connections(settings.connectionsMax(), meter);
    }

    /**
     * Makes one instance; the collaborators may be shared between instances.
     *
     * @param connections of all instances
     * @param away tells failures that mean that a dependency is away, where this package may not know their classes
     */
    public HttpVerticle(
            Settings.Http settings,
            List<ExpressRoute> express,
            List<Routes> routes,
            RequestMeter meter,
            Predicate<Throwable> away,
            Connections connections) {
        this.settings = settings;
        this.express = express;
        this.routes = routes;
        this.meter = meter;
        this.away = away;
        this.headLimit = new HeadLimit(connections, settings.headTimeout());
        this.cors = new Cors(settings.corsOrigins());
        this.safeHeaders = new SafeHeaders(settings.tls().isOn(), new ClientAddress(settings.trustedProxies()));
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
        headLimit.start(vertx);
        Handler<HttpServerRequest> dispatch = request -> dispatch(request, lane, router);
        return Future.all(express.stream().map(ExpressRoute::start).toList())
                .compose(ready -> settings.tls().isOn() ? listenEncrypted(dispatch) : listen(options(), dispatch));
    }

    private Future<HttpServer> listenEncrypted(Handler<HttpServerRequest> dispatch) {
        var tls = new Tls(vertx, settings.tls(), settings.headTimeout());
        return tls.into(options()).compose(options -> listen(options, dispatch)
                .onSuccess(listening -> tls.keepLooking(listening, options)));
    }

    private Future<HttpServer> listen(HttpServerOptions options, Handler<HttpServerRequest> dispatch) {
        HttpServer made = vertx.createHttpServer(options)
                .connectionHandler(headLimit::opened)
                .requestHandler(dispatch)
                .invalidRequestHandler(this::refuse);
        server.set(made);
        return made.listen();
    }

    @Override
    public Future<?> stop() {
        stopping = true;
        long drain = settings.drain().toMillis();
        long farewell = settings.trustedProxies().isEmpty() ? 0 : Math.min(FAREWELL_MILLIS, drain / 2);
        return after(farewell).compose(told -> requireNonNull(server.get())
                .shutdown(Math.max(1, drain - farewell), TimeUnit.MILLISECONDS));
    }

    private Future<Void> after(long millis) {
        return millis == 0
                ? Future.succeededFuture()
                : vertx.timer(millis, TimeUnit.MILLISECONDS).mapEmpty();
    }

    /** The port it listens on, once started. */
    public int port() {
        return requireNonNull(server.get()).actualPort();
    }

    private void refuse(HttpServerRequest request) {
        safeHeaders.add(request);
        InvalidRequests.refuse(request);
    }

    private void dispatch(HttpServerRequest request, List<Express> lane, Router router) {
        headLimit.arrived(request);
        safeHeaders.add(request);
        if (stopping
                && !Hangup.isOneOfMany(
                        request)) { // a connection that is never idle would keep the server until its time is up
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        String encoding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("chunked")) {
            InvalidRequests.refuseFraming(request);
            return;
        }
        if (request.uri().length() > HttpServerOptions.DEFAULT_MAX_INITIAL_LINE_LENGTH) { // HTTP/2 has no such line
            InvalidRequests.refuseLine(request);
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
        routes.forEach(r -> r.mountStreaming(router));
        router.route().handler(new ArrivalLimit(vertx, settings.bodyTimeout()));
        router.route().handler(HttpVerticle::refuseForms);
        router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        express.forEach(route -> Express.keepOthersOff(router, route));
        routes.forEach(r -> r.mount(router));
        metering.register(router);
    }

    /** The library would take them apart, and fails on those of methods that have no body. */
    private static void refuseForms(RoutingContext ctx) {
        if (MediaType.isForm(ctx.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
            ctx.fail(ProblemCode.UNSUPPORTED_MEDIA_TYPE.status());
        } else {
            ctx.next();
        }
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
