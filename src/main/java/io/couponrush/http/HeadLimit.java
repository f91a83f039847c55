package io.couponrush.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which a head is not whole in time: counted from its opening, and from the first byte of each
 * further request. The library has a limit for silence only, which a byte now and then prolongs. Looks a few times within
 * that time, so that a request costs two fields and no timer. One for each event loop.
 *
 * <p>The library shows a connection once it speaks HTTP: before that, the handshake of TLS has the same time, while one that
 * has agreed on HTTP/2 and not begun is held by {@code http.idleTimeout} alone. A further request that begins before the
 * one ahead is answered is counted from its next byte. WebSockets and, after its first request, HTTP/2 have heads no more:
 * {@code http.idleTimeout} and the limits of frames hold there.
 */
final class HeadLimit {
    private static final int LOOKS = 10;

    private final Connections connections;
    private final Duration timeout;
    private final Map<HttpConnection, Watched> watched = new HashMap<>();

    HeadLimit(Connections connections, Duration timeout) {
        this.connections = connections;
        this.timeout = timeout;
    }

    void start(Vertx vertx) {
        vertx.setPeriodic(Math.max(1, timeout.toMillis() / LOOKS), id -> look());
    }

    /** Begins to watch a connection that was just opened, or closes it because there are too many. */
    void opened(HttpConnection connection) {
        // not promised to anybody, but the only way to the bytes; without it the tests of slow heads fail
        Channel channel =
                ((HttpServerConnection) connection).channelHandlerContext().channel();
        if (!connections.admit(channel)) {
            connection.close().onFailure(gone -> {});
            return;
        }
        var one = new Watched(connection);
        watched.put(connection, one);
        channel.pipeline().addFirst(one);
        channel.closeFuture().addListener(closed -> watched.remove(connection));
    }

    /** The head of a request is whole. */
    void arrived(HttpServerRequest request) {
        Watched one = watched.get(request.connection());
        if (one != null) {
            one.arrived(request);
        }
    }

    private void look() {
        long now = System.nanoTime();
        watched.values().stream().filter(one -> one.isLate(now)).toList().forEach(this::end);
    }

    private void end(Watched late) {
        if (late.hasHeadsNoMore()) {
            watched.remove(late.connection);
            late.leave();
        } else {
            connections.cut(Connections.Cut.SLOW_HEAD);
            late.connection.close().onFailure(gone -> {});
        }
    }

    /** Sees the bytes of one connection before anything else does. */
    private final class Watched extends ChannelInboundHandlerAdapter {
        private final HttpConnection connection;
        private @Nullable ChannelHandlerContext context;
        private @Nullable HttpServerRequest latest;
        private boolean arriving = true;
        private boolean asked;
        private long since = System.nanoTime();

        Watched(HttpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            if (!arriving && isBetweenRequests()) {
                arriving = true;
                since = System.nanoTime();
            }
            ctx.fireChannelRead(bytes);
        }

        void arrived(HttpServerRequest request) {
            latest = request;
            arriving = false;
            asked = true;
        }

        boolean isLate(long now) {
            if (latest != null && isBetweenRequests()) {
                latest = null; // not to be kept for as long as the connection is silent
            }
            return arriving && now - since > timeout.toNanos();
        }

        boolean hasHeadsNoMore() {
            return asked && context != null && context.pipeline().get(HttpRequestDecoder.class) == null;
        }

        void leave() {
            if (context != null) {
                context.pipeline().remove(this);
            }
        }

        private boolean isBetweenRequests() {
            HttpServerRequest before = latest;
            return before == null || (before.isEnded() && before.response().ended());
        }
    }
}
