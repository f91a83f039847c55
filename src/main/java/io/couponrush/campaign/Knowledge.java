package io.couponrush.campaign;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the node knows about one campaign, and the one reading of it that may be under way. Thread-safe. */
final class Knowledge {
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);
    private static final long USABLE = TimeUnit.MINUTES.toNanos(1);
    private static final long LOST = TimeUnit.SECONDS.toNanos(5);

    private final Supplier<Future<@Nullable Campaign>> read;
    private final LongSupplier nanoTime;

    private volatile @Nullable Reading last;
    private @Nullable Future<@Nullable Campaign> underWay;
    private long underWaySince;
    private volatile long nextTry;

    /** What was read, null for "no such campaign", and when the reading began. */
    private record Reading(@Nullable Campaign campaign, long at) {}

    Knowledge(Supplier<Future<@Nullable Campaign>> read, LongSupplier nanoTime) {
        this.read = read;
        this.nanoTime = nanoTime;
        this.nextTry = nanoTime.getAsLong();
    }

    /** The campaign if it is known well enough to be used without waiting; has it read again when it is not fresh. */
    @Nullable
    Campaign remembered() {
        Reading reading = last;
        long now = nanoTime.getAsLong();
        if (reading == null || reading.campaign == null || now - reading.at >= USABLE) {
            return null;
        }
        if (now - reading.at >= FRESH && now - nextTry >= 0) {
            nextTry = now + FRESH;
            reading().onFailure(e -> {}); // the old one serves until it is too old; then the asker hears of it
        }
        return reading.campaign;
    }

    /** As it was at most a second ago. */
    Future<@Nullable Campaign> fresh() {
        Reading reading = last;
        if (reading != null && nanoTime.getAsLong() - reading.at < FRESH) {
            return Future.succeededFuture(reading.campaign);
        }
        return reading();
    }

    synchronized void forget() {
        last = null;
        underWay = null;
    }

    private Future<@Nullable Campaign> reading() {
        Promise<@Nullable Campaign> promise = Promise.promise();
        long began = nanoTime.getAsLong();
        synchronized (this) {
            if (underWay != null && began - underWaySince < LOST) {
                return underWay;
            }
            underWay = promise.future();
            underWaySince = began;
        }
        Future.succeededFuture().compose(v -> read.get()).onComplete(result -> {
            finish(promise.future(), result, began);
            promise.handle(result);
        });
        return promise.future();
    }

    /** A reading that was overtaken by {@link #forget}, or took so long that another was begun, is not kept. */
    private synchronized void finish(
            Future<@Nullable Campaign> reading, AsyncResult<@Nullable Campaign> result, long began) {
        if (underWay != reading) {
            return;
        }
        underWay = null;
        if (result.succeeded()) {
            keep(new Reading(result.result(), began));
        }
    }

    private void keep(Reading fresh) {
        Reading old = last;
        if (old == null || fresh.at - old.at >= USABLE || !outdated(fresh.campaign, old.campaign)) {
            last = fresh;
        }
    }

    /** Campaigns are not deleted, so "no such campaign" is older than any. */
    private static boolean outdated(@Nullable Campaign fresh, @Nullable Campaign old) {
        return old != null && (fresh == null || fresh.olderThan(old));
    }
}
