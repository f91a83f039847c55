package io.couponrush.notification;

import io.couponrush.config.Settings;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.ops.SocketMeters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may open a socket: pages of this origin and of the configured ones, as long as the node has room. Every browser
 * says on a WebSocket where its page is from, so who says nothing is kept out like a stranger.
 */
final class Handshake {
    private static final Pattern SOCKET = Pattern.compile("/eventbus/(websocket|[^/.]+/[^/.]+/websocket)");
    private static final int COME_BACK_SECONDS = 5;

    private final Set<String> origins;
    private final Settings.Notification settings;
    private final NoticeBoard board;
    private final SocketMeters meters;

    Handshake(List<String> origins, Settings.Notification settings, NoticeBoard board, SocketMeters meters) {
        this.origins = Set.copyOf(origins);
        this.settings = settings;
        this.board = board;
        this.meters = meters;
    }

    void check(RoutingContext ctx) {
        Problem problem = problem(ctx.request());
        if (problem != null) {
            Replies.deny(ctx, problem);
            return;
        }
        // The library would let every origin read answers, with credentials; who may is said elsewhere.
        ctx.addHeadersEndHandler(v -> keepToOurOrigins(ctx.request()));
        ctx.next();
    }

    private @Nullable Problem problem(HttpServerRequest request) {
        boolean socket = SOCKET.matcher(request.path()).matches();
        if (!socket && !settings.fallbackTransports()) {
            return Problem.of(ProblemCode.NOT_FOUND);
        }
        if (!isOurs(request, socket)) {
            return Problem.of(ProblemCode.FORBIDDEN, "This origin may not connect");
        }
        if (socket && !request.method().equals(HttpMethod.GET)) {
            return Problem.of(ProblemCode.METHOD_NOT_ALLOWED).withHeader("Allow", "GET");
        }
        if (socket && !request.headers().contains(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET, true)) {
            return Problem.invalid("Upgrade", "must be websocket");
        }
        return meters.open() < settings.socketsMax() && !board.isDraining()
                ? null
                : Problem.of(ProblemCode.OVERLOADED).retryAfter(COME_BACK_SECONDS);
    }

    /** On requests other than for a socket, browsers leave {@code Origin} out when the page is ours. */
    private boolean isOurs(HttpServerRequest request, boolean socket) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            return !socket;
        }
        if (origins.contains(origin)) {
            return true;
        }
        String host = request.getHeader(HttpHeaders.HOST);
        return host != null
                && (origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host));
    }

    private void keepToOurOrigins(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        var headers = request.response().headers().remove(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS);
        if (origin == null || !origins.contains(origin)) {
            headers.remove(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN).remove(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS);
        }
    }
}
