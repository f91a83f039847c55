package io.couponrush.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket per key, node-local, as one number each: the time at which it is full again (the generic cell rate
 * algorithm). Bounded: the least used keys are forgotten first, and a forgotten bucket is a full one. Thread-safe.
 */
public final class RateLimiter {
    private final String name;
    private final int perSecond;
    private final int burst;
    private final long interval;
    private final LongSupplier nanoTime;
    private final Cache<Object, AtomicLong> fullAt;

    /**
     * Makes a limiter whose buckets are full.
     *
     * @param name of the policy in the {@code RateLimit} headers
     * @param tableSize how many keys are remembered
     */
    public RateLimiter(String name, int perSecond, int burst, int tableSize) {
        this(name, perSecond, burst, tableSize, System::nanoTime);
    }

    RateLimiter(String name, int perSecond, int burst, int tableSize, LongSupplier nanoTime) {
        this.name = name;
        this.perSecond = perSecond;
        this.burst = burst;
        this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.nanoTime = nanoTime;
        this.fullAt = Caffeine.newBuilder()
                .maximumSize(tableSize)
                .executor(Runnable::run) // upkeep costs less than handing it to another thread
                .build();
    }

    /** Takes one token. Null when there was one; else the 429 to answer. */
    public @Nullable Problem take(Object key) {
        long now = nanoTime.getAsLong();
        AtomicLong bucket = fullAt.get(key, fresh -> new AtomicLong(now));
        while (true) {
            long full = bucket.get();
            long missing = Math.max(0, full - now); // time until it is full
            long wait = missing + interval - burst * interval;
            if (wait > 0) {
                return refused(wait);
            }
            if (bucket.compareAndSet(full, now + missing + interval)) {
                return null;
            }
        }
    }

    long size() {
        fullAt.cleanUp();
        return fullAt.estimatedSize();
    }

    private Problem refused(long waitNanos) {
        long seconds = 1 + (waitNanos - 1) / TimeUnit.SECONDS.toNanos(1);
        return Problem.of(ProblemCode.RATE_LIMITED)
                .retryAfter(seconds)
                .withHeader("RateLimit", "\"" + name + "\";r=0;t=" + seconds)
                .withHeader("RateLimit-Policy", "\"" + name + "\";q=" + burst + ";w=" + Math.max(1, burst / perSecond));
    }
}
