package io.couponrush.backing;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Postgres' time as this node can tell it without asking: its own clock plus the offset last measured. For looks and early
 * refusals; what counts is decided with the time in the statement itself. The node's clock is read once: from then on
 * nanoseconds are counted, which nobody sets back or forth.
 */
public final class DatabaseClock implements InstantSource {
    private static final int MEASUREMENTS = 3;
    private static final long MILLIS_OF_SECOND = 1_000;
    private static final long NANOS_OF_MILLI = 1_000_000;
    private static final String NOW = "select clock_timestamp()";

    private final Supplier<Future<Instant>> database;
    private final LongSupplier nanoTime;
    private final Instant started;
    private final long startedNanos;
    private volatile Duration offset = Duration.ZERO;

    public DatabaseClock(Supplier<Future<Instant>> database, InstantSource node, LongSupplier nanoTime) {
        this.database = database;
        this.nanoTime = nanoTime;
        this.started = node.instant();
        this.startedNanos = nanoTime.getAsLong();
    }

    /** How {@code client}'s database is asked. */
    public static Supplier<Future<Instant>> timeOf(SqlClient client) {
        return () -> client.query(NOW)
                .execute()
                .map(rows -> rows.iterator().next().get(OffsetDateTime.class, 0).toInstant());
    }

    @Override
    public Instant instant() {
        return here().plus(offset);
    }

    /** The same in milliseconds since 1970, without making an object: every claim asks for it. */
    @Override
    public long millis() {
        long nanos = nanoTime.getAsLong() - startedNanos + offset.toNanos() + started.getNano();
        return started.getEpochSecond() * MILLIS_OF_SECOND + Math.floorDiv(nanos, NANOS_OF_MILLI);
    }

    /** The offset in use; zero until it has been measured. */
    public Duration offset() {
        return offset;
    }

    private Instant here() {
        return started.plusNanos(nanoTime.getAsLong() - startedNanos);
    }

    /** Measures again. When that fails, the offset stays. */
    public Future<Void> tick() {
        return measure(new ArrayList<>(MEASUREMENTS)).map(measured -> {
            measured.sort(null);
            offset = measured.get(MEASUREMENTS / 2);
            return null;
        });
    }

    private Future<List<Duration>> measure(List<Duration> measured) {
        if (measured.size() == MEASUREMENTS) {
            return Future.succeededFuture(measured);
        }
        return measureOnce().compose(one -> {
            measured.add(one);
            return measure(measured);
        });
    }

    /** The answer is taken to be half a round trip old. */
    private Future<Duration> measureOnce() {
        Instant asked = here();
        long start = nanoTime.getAsLong();
        return database.get().map(there -> {
            long halfWay = (nanoTime.getAsLong() - start) / 2;
            return Duration.between(asked.plusNanos(halfWay), there);
        });
    }
}
