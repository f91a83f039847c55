package io.couponrush.notification;

import io.couponrush.config.Settings;
import io.couponrush.http.Callers;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.couponrush.ops.SocketMeters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.Transport;
import java.util.EnumSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * {@code /eventbus}: SockJS and raw WebSockets that speak the protocol of the Vert.x event-bus bridge. The library brings
 * the transports; the protocol's end is {@link BridgeSocket}, because the library's own joins every browser's
 * subscription to the bus, may not be used from two threads and cannot end a subscription.
 */
final class SockJsBridge implements Routes {
    private static final long ENTROPY = 1L << 32;

    private final Vertx vertx;
    private final NoticeBoard board;
    private final Handshake handshake;
    private final Settings.Notification settings;
    private final Callers callers;
    private final SocketMeters meters;
    private final LongSupplier nanoTime;

    SockJsBridge(
            Vertx vertx,
            NoticeBoard board,
            Handshake handshake,
            Settings.Notification settings,
            Callers callers,
            SocketMeters meters,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.board = board;
        this.handshake = handshake;
        this.settings = settings;
        this.callers = callers;
        this.meters = meters;
        this.nanoTime = nanoTime;
    }

    @Override
    public void mount(Router router) {
        var audience = new Audience(vertx, board, settings, callers, meters, nanoTime);
        audience.start();
        router.get("/eventbus/info").handler(SockJsBridge::info);
        router.route("/eventbus/*").handler(handshake::check);
        router.route("/eventbus/*")
                .subRouter(SockJSHandler.create(vertx, options()).socketHandler(audience::open));
    }

    /** What SockJS clients ask before they connect. */
    private static void info(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        Replies.json(
                ctx,
                200,
                new JsonObject()
                        .put("websocket", true)
                        .put("cookie_needed", false)
                        .put("origins", new JsonArray().add("*:*"))
                        .put("entropy", ThreadLocalRandom.current().nextLong(ENTROPY)));
    }

    private SockJSHandlerOptions options() {
        var options = new SockJSHandlerOptions()
                .setHeartbeatInterval(settings.heartbeat().toMillis())
                .setInsertJSESSIONID(false)
                .setLibraryURL("/not-there.js");
        if (!settings.fallbackTransports()) {
            EnumSet.complementOf(EnumSet.of(Transport.WEBSOCKET))
                    .forEach(transport -> options.addDisabledTransport(transport.name()));
        }
        return options;
    }
}
