package io.couponrush.campaign;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.couponrush.bus.StockTurned;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What this node has heard about campaigns being sold out: a shortcut that spares Redis and Postgres a refusal, never the
 * truth. A flag goes out by itself after a second unless it is heard again, and at once on a higher even generation.
 * Thread-safe.
 */
public final class SoldOutFlags {
    private static final long SHINES = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX = 10_000;

    private final Cache<Long, Flag> flags = Caffeine.newBuilder()
            .maximumSize(MAX)
            .executor(Runnable::run) // upkeep costs less than handing it to another thread
            .build();
    private final LongSupplier nanoTime;

    /** The highest generation heard; an even one stays, so that a late odd one below it changes nothing. */
    private record Flag(StockTurned heard, long heardAt) {}

    public SoldOutFlags(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public void apply(StockTurned turned) {
        var flag = new Flag(turned, nanoTime.getAsLong());
        flags.asMap().merge(turned.eventId(), flag, SoldOutFlags::later);
    }

    public boolean soldOut(long eventId) {
        Flag flag = flags.getIfPresent(eventId);
        return flag != null && flag.heard.soldOut() && nanoTime.getAsLong() - flag.heardAt < SHINES;
    }

    private static Flag later(Flag old, Flag fresh) {
        int was = old.heard.generation();
        int is = fresh.heard.generation();
        return is > was || (is == was && fresh.heardAt - old.heardAt > 0) ? fresh : old;
    }
}
