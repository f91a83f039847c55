package io.couponrush.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket per key, node-local. Bounded: the least used keys are forgotten first, and any key once its bucket must
 * be full again. Thread-safe.
 */
public final class RateLimiter {
    private final String name;
    private final int perSecond;
    private final int burst;
    private final Cache<Object, Bucket> buckets;

    /**
     * Makes a limiter whose buckets are full.
     *
     * @param name of the policy in the {@code RateLimit} headers
     * @param tableSize how many keys are remembered
     */
    public RateLimiter(String name, int perSecond, int burst, int tableSize) {
        this.name = name;
        this.perSecond = perSecond;
        this.burst = burst;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(tableSize)
                .expireAfterAccess(Duration.ofSeconds(1L + burst / perSecond))
                .build();
    }

    /** Takes one token. Null when there was one; else the 429 to answer. */
    public @Nullable Problem take(Object key) {
        Bucket bucket = buckets.get(key, fresh -> newBucket());
        if (bucket.tryConsume(1)) {
            return null;
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            return null;
        }
        long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill() - 1);
        return Problem.of(ProblemCode.RATE_LIMITED)
                .retryAfter(seconds)
                .withHeader("RateLimit", "\"" + name + "\";r=0;t=" + seconds)
                .withHeader("RateLimit-Policy", "\"" + name + "\";q=" + burst + ";w=" + Math.max(1, burst / perSecond));
    }

    private Bucket newBucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }
}
