package io.couponrush.notification;

import io.couponrush.config.Settings;
import io.couponrush.http.Callers;
import io.couponrush.ops.SocketMeters;
import io.couponrush.tracing.Span;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The browsers of one event loop, and who of them listens to what. All but {@link #tell}, {@link #catchUp} and {@link
 * #drain} run on it.
 */
final class Audience {
    /** Tokens are asked again this often, so that one that has ended gives no more than that. */
    private static final long SWEEP_MS = 500;

    private static final long DRAIN_MS = 1_000;

    /** Nobody's users all ask at once: a thousand browsers of a loop in a second. */
    private static final int CATCH_UP_MIN_MS = 1_000;

    private final Map<BrowserAddress, Set<BridgeSocket>> listeners = new HashMap<>();
    private final Set<BridgeSocket> sockets = identitySet();
    private final Vertx vertx;
    private final Context loop;
    private final NoticeBoard board;
    private final Settings.Notification settings;
    private final Callers callers;
    private final SocketMeters meters;
    private final LongSupplier nanoTime;

    /** Makes one for the event loop that calls. */
    Audience(
            Vertx vertx,
            NoticeBoard board,
            Settings.Notification settings,
            Callers callers,
            SocketMeters meters,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.board = board;
        this.settings = settings;
        this.callers = callers;
        this.meters = meters;
        this.nanoTime = nanoTime;
    }

    void start() {
        board.open(this);
        vertx.setPeriodic(SWEEP_MS, timer -> sweep());
    }

    void open(SockJSSocket socket) {
        var browser = new BridgeSocket(socket, this, settings, callers, meters, nanoTime);
        sockets.add(browser);
        meters.opened();
        browser.start();
    }

    void join(BrowserAddress address, BridgeSocket socket) {
        listeners.computeIfAbsent(address, a -> identitySet()).add(socket);
        board.join(address, this);
    }

    void leave(BrowserAddress address, BridgeSocket socket) {
        board.leave(address, this);
        listeners.computeIfPresent(address, (a, all) -> {
            all.remove(socket);
            return all.isEmpty() ? null : all;
        });
    }

    void closed(BridgeSocket socket) {
        if (sockets.remove(socket)) {
            meters.closed();
        }
    }

    /** From any thread. The span ends when the frame is on its way. */
    void tell(BrowserAddress address, String frame, @Nullable Span span) {
        loop.runOnContext(v -> {
            List<BridgeSocket> all = List.copyOf(listeners.getOrDefault(address, Set.of()));
            all.forEach(socket -> socket.write(frame));
            meters.delivered(all.size());
            if (span != null) {
                span.with("couponrush.browsers", all.size()).end();
            }
        });
    }

    /** From any thread. Users are to ask for what they missed, each after a while of its own. */
    void catchUp() {
        loop.runOnContext(v -> {
            int spread = Math.max(CATCH_UP_MIN_MS, sockets.size());
            Map.copyOf(listeners).forEach((address, all) -> {
                if (address.kind() == BrowserAddress.Kind.USER) {
                    List.copyOf(all).forEach(socket -> socket.askToCatchUp(address, spread));
                }
            });
        });
    }

    /** From any thread. Those who do not read are not waited for. */
    Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        loop.runOnContext(v -> {
            List<Future<Void>> goodbyes =
                    sockets.stream().map(BridgeSocket::sayGoodbye).toList();
            long late = vertx.setTimer(DRAIN_MS, timer -> drained.tryComplete());
            Future.join(goodbyes).onComplete(done -> {
                boolean unused = vertx.cancelTimer(late);
                drained.tryComplete();
            });
        });
        return drained.future().onComplete(done -> loop.runOnContext(v -> closeAll()));
    }

    private void sweep() {
        long now = nanoTime.getAsLong();
        List.copyOf(sockets).forEach(socket -> socket.sweep(now));
    }

    private void closeAll() {
        List.copyOf(sockets).forEach(BridgeSocket::goAway);
    }

    private static Set<BridgeSocket> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
