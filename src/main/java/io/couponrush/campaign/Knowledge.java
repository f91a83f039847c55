package io.couponrush.campaign;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the node knows about one campaign, and the one reading of it that may be under way. Nothing below the highest
 * version and generation that the node has heard of is kept: a reader that was late does not put the old value back.
 * Thread-safe.
 */
final class Knowledge {
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);
    private static final long USABLE = TimeUnit.MINUTES.toNanos(1);
    private static final long LOST = TimeUnit.SECONDS.toNanos(5);

    private final long eventId;
    private final Campaigns.Find truth;
    private final Campaigns.Shared shared;
    private final LongSupplier nanoTime;

    private volatile @Nullable Reading last;
    private @Nullable Future<@Nullable Campaign> underWay;
    private long underWaySince;
    private @Nullable Future<@Nullable Campaign> looking;
    private volatile long nextTry;
    private int version;
    private int generation;

    /** What was read, null for "no such campaign", and when the reading began; or what others say was read once. */
    private record Reading(@Nullable Campaign campaign, long at, boolean hearsay) {
        Reading(@Nullable Campaign campaign, long at) {
            this(campaign, at, false);
        }
    }

    Knowledge(long eventId, Campaigns.Find truth, Campaigns.Shared shared, LongSupplier nanoTime) {
        this.eventId = eventId;
        this.truth = truth;
        this.shared = shared;
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

    /** From the shared level if that has it, else as {@link #fresh}; read and shared anew either way. */
    Future<@Nullable Campaign> usable() {
        Reading reading = last;
        if (reading != null && nanoTime.getAsLong() - reading.at < FRESH) {
            return Future.succeededFuture(reading.campaign);
        }
        return look().compose(found -> found != null ? Future.succeededFuture(found) : reading());
    }

    /** What this node has just committed. */
    synchronized void learn(Campaign campaign) {
        changed(campaign.version());
        if (!below(campaign)) {
            keep(new Reading(campaign, nanoTime.getAsLong()));
        }
    }

    /** Claims must not be judged by the terms of before. Version 0 is one that the sender does not know. */
    synchronized void changed(int heard) {
        version = Math.max(version, heard);
        if (heard == 0) {
            underWay = null;
        }
        Reading reading = last;
        if (heard == 0 || (reading != null && below(reading.campaign))) {
            last = null;
        }
    }

    /** Claims go on by what is known; who wants to see the counts waits for a reading. */
    synchronized void turned(int heard) {
        generation = Math.max(generation, heard);
        Reading reading = last;
        long old = nanoTime.getAsLong() - FRESH;
        if (reading != null && below(reading.campaign) && reading.at - old > 0) {
            last = new Reading(reading.campaign, old, reading.hearsay);
        }
    }

    /** What the shared level has, unless that is known to be old. */
    private Future<@Nullable Campaign> look() {
        Promise<@Nullable Campaign> promise = Promise.promise();
        synchronized (this) {
            if (looking != null) {
                return looking;
            }
            looking = promise.future();
        }
        Future.succeededFuture()
                .compose(v -> shared.get(eventId))
                .otherwise((Campaign) null)
                .onSuccess(found -> {
                    promise.complete(hint(found));
                    reading().onSuccess(this::share).onFailure(e -> {}); // whoever waits for it hears of it
                });
        return promise.future();
    }

    private void share(@Nullable Campaign read) {
        if (read != null) {
            shared.put(read);
        }
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
        Future.succeededFuture()
                .compose(v -> truth.find(eventId))
                .compose(this::againIfOvertaken)
                .onComplete(result -> {
                    finish(promise.future(), result, began);
                    promise.handle(result);
                });
        return promise.future();
    }

    /** What is read now was committed before it was heard of; where it is not there, it was hearsay. */
    private Future<@Nullable Campaign> againIfOvertaken(@Nullable Campaign read) {
        if (!below(read)) {
            return Future.succeededFuture(read);
        }
        return truth.find(eventId).onSuccess(this::believe);
    }

    private synchronized void believe(@Nullable Campaign read) {
        if (below(read)) {
            version = read == null ? 0 : read.version();
            generation = read == null ? 0 : read.soldOutGeneration();
        }
    }

    /** A reading that took so long that another was begun, or that nobody can tell from an older one, is not kept. */
    private synchronized void finish(
            Future<@Nullable Campaign> reading, AsyncResult<@Nullable Campaign> result, long began) {
        if (underWay != reading) {
            return;
        }
        underWay = null;
        if (result.succeeded() && !below(result.result())) {
            keep(new Reading(result.result(), began));
        }
    }

    /** Where nothing is known, hearsay will do until the truth is read, whatever that is. */
    private synchronized @Nullable Campaign hint(@Nullable Campaign found) {
        looking = null;
        if (found == null || below(found)) {
            return null;
        }
        if (last == null) {
            last = new Reading(found, nanoTime.getAsLong() - FRESH, true);
        }
        return found;
    }

    private void keep(Reading fresh) {
        Reading old = last;
        if (old == null || old.hearsay || fresh.at - old.at >= USABLE || !outdated(fresh.campaign, old.campaign)) {
            last = fresh;
        }
    }

    private synchronized boolean below(@Nullable Campaign read) {
        return read == null ? version > 0 : read.version() < version || read.soldOutGeneration() < generation;
    }

    /** Campaigns are not deleted, so "no such campaign" is older than any. */
    private static boolean outdated(@Nullable Campaign fresh, @Nullable Campaign old) {
        return old != null && (fresh == null || fresh.olderThan(old));
    }
}
