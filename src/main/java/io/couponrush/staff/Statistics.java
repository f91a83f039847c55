package io.couponrush.staff;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of campaigns, read no more often than they are worth: each is read once at a time, kept for a second, and
 * for ten times as long as the reading took, so that staff who keep looking take at most a tenth of one connection for
 * each campaign. One of a node. Thread-safe.
 */
public final class Statistics {
    private static final int EVENTS_MAX = 1_000;
    private static final long KEPT = Duration.ofSeconds(1).toNanos();
    private static final int KEPT_TIMES = 10;

    private final AsyncCache<Long, Reading> readings;
    private final LongFunction<Future<Optional<EventStats>>> read;
    private final LongFunction<Future<Long>> reserved;
    private final LongSupplier nanoTime;

    /** What came of it, be it a failure, which is kept for nobody who asks later. */
    private record Reading(Future<Optional<JsonObject>> outcome, Duration kept) {}

    /**
     * Makes statistics of nothing.
     *
     * @param counted writes what this node has counted, before it is read
     * @param reserved asks Redis for the open reservations; a failure means that it cannot say
     */
    public Statistics(
            StatsStore store,
            Supplier<Future<Void>> counted,
            LongFunction<Future<Long>> reserved,
            LongSupplier nanoTime) {
        this(id -> counted.get().compose(v -> store.read(id)), reserved, nanoTime);
    }

    /** Reads with that; empty when there is no such campaign. */
    Statistics(
            LongFunction<Future<Optional<EventStats>>> read,
            LongFunction<Future<Long>> reserved,
            LongSupplier nanoTime) {
        this.read = read;
        this.reserved = reserved;
        this.nanoTime = nanoTime;
        Ticker ticker = nanoTime::getAsLong;
        this.readings = Caffeine.newBuilder()
                .maximumSize(EVENTS_MAX)
                .expireAfter(Expiry.<Long, Reading>creating((id, reading) -> reading.kept()))
                .ticker(ticker)
                .executor(Runnable::run)
                .buildAsync();
    }

    /** The API's EventStats; empty when there is no such campaign. */
    Future<Optional<JsonObject>> of(long eventId) {
        CompletableFuture<Reading> reading = readings.get(
                eventId, (id, executor) -> read(id).toCompletionStage().toCompletableFuture());
        Context context = Vertx.currentContext();
        Future<Reading> here =
                context == null ? Future.fromCompletionStage(reading) : Future.fromCompletionStage(reading, context);
        return here.compose(Reading::outcome);
    }

    private Future<Reading> read(long eventId) {
        long began = nanoTime.getAsLong();
        return read.apply(eventId)
                .compose(stats -> stats.isEmpty()
                        ? Future.succeededFuture(Optional.<JsonObject>empty())
                        : withReserved(stats.get()).map(Optional::of))
                .transform(done -> Future.succeededFuture(
                        done.succeeded()
                                ? new Reading(Future.succeededFuture(done.result()), kept(nanoTime.getAsLong() - began))
                                : new Reading(Future.failedFuture(done.cause()), Duration.ZERO)));
    }

    private Future<JsonObject> withReserved(EventStats stats) {
        Future<@Nullable Long> open = reserved.apply(stats.eventId()).otherwiseEmpty();
        return open.map(stats::json);
    }

    private static Duration kept(long tookNanos) {
        return Duration.ofNanos(Math.max(KEPT, KEPT_TIMES * tookNanos));
    }
}
