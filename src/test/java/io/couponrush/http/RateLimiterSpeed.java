package io.couponrush.http;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The limiter of claims, full of callers: each comes seldom enough, or one far too often. */
@State(Scope.Thread)
public class RateLimiterSpeed {
    private static final int CALLERS = 100_000;

    private final RateLimiter limiter = new RateLimiter("issue", 1_000_000, 1_000_000, 200_000);
    private final RateLimiter strict = new RateLimiter("issue", 1, 1, 200_000);
    private long next;

    /** Lets pass. */
    @Benchmark
    public @Nullable Problem limiterLetsPass() {
        return limiter.take(next++ % CALLERS);
    }

    /** Makes the 429. */
    @Benchmark
    public @Nullable Problem limiterRefuses() {
        return strict.take(7L);
    }
}
