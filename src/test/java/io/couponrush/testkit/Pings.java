package io.couponrush.testkit;

import io.vertx.core.http.WebSocket;

/** A socket that is silent for a minute is closed: a page says now and then that it is there. */
final class Pings {
    private static final long EVERY_MS = 10_000;

    private Pings() {}

    /** For as long as the socket is open; then {@code closed} is told. */
    static void keepOpen(WebSocket socket, Runnable ping, Runnable closed) {
        long pings = Callers.VERTX.setPeriodic(EVERY_MS, timer -> ping.run());
        socket.closeHandler(v -> {
            boolean unused = Callers.VERTX.cancelTimer(pings);
            closed.run();
        });
    }
}
