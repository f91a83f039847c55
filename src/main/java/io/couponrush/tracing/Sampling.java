package io.couponrush.tracing;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which exchanges are recorded: a share of those that nobody traces yet, and those that a caller already records, up to so
 * many a second, since anybody may say so. Thread-safe.
 */
final class Sampling {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final double ratio;
    private final int parentsPerSecond;
    private final LongSupplier nanoTime;
    private long second;
    private int believed;

    Sampling(double ratio, int parentsPerSecond, LongSupplier nanoTime) {
        this.ratio = ratio;
        this.parentsPerSecond = parentsPerSecond;
        this.nanoTime = nanoTime;
        this.second = nanoTime.getAsLong();
    }

    boolean takes(@Nullable TraceParent parent) {
        if (parent == null) {
            return ratio > 0 && ThreadLocalRandom.current().nextDouble() < ratio;
        }
        return parent.sampled() && believe();
    }

    private synchronized boolean believe() {
        long now = nanoTime.getAsLong();
        if (now - second >= SECOND_NANOS) {
            second = now;
            believed = 0;
        }
        return believed++ < parentsPerSecond;
    }
}
