package io.couponrush.issuance;

import java.util.concurrent.TimeUnit;

/**
 * Whether this node issues so much that everything that can wait should: in the last second as many as it takes, or in a
 * tenth of it a quarter of them, so that it is known while a rush begins. Belongs to one event loop.
 */
final class Rush {
    private static final long TENTH = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SECOND = 10;
    private static final int QUARTER = 4;

    private final int perSecond;
    private final Timers timers;
    private final int[] issued = new int[SECOND];
    private long tenth;

    /**
     * Makes it calm.
     *
     * @param perSecond coupons from which on it is a rush
     */
    Rush(int perSecond, Timers timers) {
        this.perSecond = perSecond;
        this.timers = timers;
        this.tenth = now();
    }

    void issued(int coupons) {
        turn();
        issued[slot(tenth)] += coupons;
    }

    boolean on() {
        turn();
        int all = 0;
        int most = 0;
        for (int some : issued) {
            all += some;
            most = Math.max(most, some);
        }
        return all >= perSecond || most * QUARTER >= perSecond;
    }

    private void turn() {
        long now = now();
        for (long t = Math.max(tenth, now - SECOND) + 1; t <= now; t++) {
            issued[slot(t)] = 0;
        }
        tenth = now;
    }

    private long now() {
        return Math.floorDiv(timers.nanoTime(), TENTH);
    }

    private static int slot(long tenth) {
        return (int) Math.floorMod(tenth, (long) SECOND);
    }
}
