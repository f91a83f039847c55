package io.couponrush.timing;

import java.util.random.RandomGenerator;

/**
 * How long to rest between tries: twice as long after each failure, up to a longest, and half of it by chance, so that
 * many who failed together do not try together. Not thread-safe.
 */
public final class Backoff {
    private static final int DOUBLINGS_MAX = 10;

    private final long firstMillis;
    private final long longestMillis;
    private int failures;

    /**
     * Makes one that has seen no failure.
     *
     * @param firstMillis the longest that the first rest may be
     * @param longestMillis the longest that any rest may be
     */
    public Backoff(long firstMillis, long longestMillis) {
        this.firstMillis = firstMillis;
        this.longestMillis = longestMillis;
    }

    /** Counts a failure and says how many milliseconds to rest after it, 1 or more. */
    public long next(RandomGenerator random) {
        long most = Math.min(longestMillis, firstMillis << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        return Math.max(1, most / 2 + random.nextLong(most / 2 + 1));
    }

    /** How many failures there were since the last success. */
    public int failures() {
        return failures;
    }

    /** It worked: the next rest is a first one. */
    public void succeeded() {
        failures = 0;
    }
}
