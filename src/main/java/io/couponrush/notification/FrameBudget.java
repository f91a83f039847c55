package io.couponrush.notification;

import java.util.concurrent.TimeUnit;

/** A token bucket for what one browser sends. Belongs to one event loop. */
final class FrameBudget {
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final int burst;
    private double tokens;
    private long filledAt;

    FrameBudget(int perSecond, int burst, long now) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.filledAt = now;
    }

    /** False when there is none left. */
    boolean take(long now) {
        tokens = Math.min(burst, tokens + (now - filledAt) / SECOND * perSecond);
        filledAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
