package io.couponrush.backing;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The replica while it is known to be no further behind than it may be, else the primary. Known means measured: it has
 * replayed what the primary had written by then. Thread-safe.
 */
public final class ReadPool {
    /** How often {@link #look} wants to be called. */
    public static final Duration EVERY = Duration.ofMillis(400);

    private static final String WRITTEN = "select pg_current_wal_lsn()::text";
    private static final String REPLAYED =
            """
            select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end
                       >= $1::text::pg_lsn
            """;

    private final Pool primary;
    private final @Nullable Pool replica;
    private final long lagMax;
    private final LongSupplier nanoTime;
    private @Nullable Mark asked;
    private volatile @Nullable Mark replayed;

    /** A position in the primary's log, and when the primary was asked for it. */
    private record Mark(String position, long at) {}

    public ReadPool(Vertx vertx, Pool primary, Settings.Postgres settings, LongSupplier nanoTime) {
        this.primary = primary;
        this.replica = Postgres.readPool(vertx, settings);
        this.lagMax = settings.readLag().toNanos();
        this.nanoTime = nanoTime;
    }

    /** Where to read what may be as old as {@code postgres.readLag}. */
    public Pool get() {
        return replica != null && follows() ? replica : primary;
    }

    /** Whether there is a replica that is known to be no further behind than it may be. */
    public boolean follows() {
        Mark mark = replayed;
        return mark != null && nanoTime.getAsLong() - mark.at < lagMax;
    }

    public boolean hasReplica() {
        return replica != null;
    }

    /** Measures; not to be called while a call is under way. Fails when one of both does not answer. */
    public Future<Void> look() {
        Pool behind = replica;
        if (behind == null) {
            return Future.succeededFuture();
        }
        Mark mark = asked;
        Future<Boolean> there = mark == null ? Future.succeededFuture(true) : reached(behind, mark);
        return there.compose(yes -> yes ? ask(mark) : Future.succeededFuture());
    }

    /** Of the replica; the primary's pool belongs to who made it. */
    public Future<Void> close() {
        return replica == null ? Future.succeededFuture() : replica.close();
    }

    /** Keeps asking for the same position until it is reached: a replica that never stands still is not ever behind. */
    private static Future<Boolean> reached(Pool replica, Mark mark) {
        return replica.preparedQuery(REPLAYED)
                .execute(Tuple.of(mark.position))
                .map(rows -> Boolean.TRUE.equals(rows.iterator().next().getBoolean(0)));
    }

    private Future<Void> ask(@Nullable Mark reached) {
        replayed = reached;
        long now = nanoTime.getAsLong();
        return primary.query(WRITTEN)
                .execute()
                .onSuccess(rows -> asked = new Mark(rows.iterator().next().getString(0), now))
                .mapEmpty();
    }
}
