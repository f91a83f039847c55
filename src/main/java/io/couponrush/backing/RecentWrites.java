package io.couponrush.backing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Who has written something a moment ago. A table of fixed size that makes no garbage: somebody else may be taken for them,
 * which only sends a reader to the primary without need. Thread-safe.
 */
public final class RecentWrites {
    private static final int SLOTS = 1 << 16;

    private final AtomicLongArray at = new AtomicLongArray(SLOTS);
    private final long moment;
    private final LongSupplier nanoTime;

    /**
     * Makes an empty table.
     *
     * @param moment 0: nobody is ever remembered
     */
    public RecentWrites(Duration moment, LongSupplier nanoTime) {
        this.moment = moment.toNanos();
        this.nanoTime = nanoTime;
    }

    public void mark(long id) {
        if (moment > 0) {
            at.set(slot(id), nanoTime.getAsLong() | 1); // 0 is never
        }
    }

    public boolean has(long id) {
        long written = moment > 0 ? at.get(slot(id)) : 0;
        return written != 0 && nanoTime.getAsLong() - written < moment;
    }

    private static int slot(long id) {
        return (int) ((id * 0x9E3779B97F4A7C15L) >>> 48);
    }
}
