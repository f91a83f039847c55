package io.couponrush.issuance;

import java.util.concurrent.TimeUnit;

/** Whether this node issues so much that everything that can wait should. Looks at the last whole second. */
final class Rush {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final Timers timers;
    private long second;
    private long now;
    private long before;

    /**
     * Makes it calm.
     *
     * @param perSecond coupons from which on it is a rush
     */
    Rush(int perSecond, Timers timers) {
        this.perSecond = perSecond;
        this.timers = timers;
        this.second = timers.nanoTime() / SECOND;
    }

    void issued(int coupons) {
        turn();
        now += coupons;
    }

    boolean on() {
        turn();
        return before >= perSecond || now >= perSecond;
    }

    private void turn() {
        long current = timers.nanoTime() / SECOND;
        if (current != second) {
            before = current == second + 1 ? now : 0;
            now = 0;
            second = current;
        }
    }
}
