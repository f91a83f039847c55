package io.couponrush.issuance;

import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Snapshot;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Compares Redis with the ledger while nothing can be issued: the campaign's row is locked meanwhile. */
final class DriftStore {
    /** Having it already is counted; it ends with the session. */
    private static final String LEAD = "select pg_try_advisory_lock(7261, 0)";

    private static final long LOOK_MS = 500;

    private static final String LOCK =
            """
            select epoch, total_count - issued_count as free from coupon_events where id = $1 for update
            """;

    private static final String CONSUMED =
            """
            select count(*) from unnest($1::uuid[], $2::uuid[]) as t (r, l)
             where (select count(*) from user_coupons c where c.rid = r and c.lease = l) > 0
            """;

    private final Pool session;

    /**
     * Makes the store.
     *
     * @param session one connection, which nobody else uses ({@link io.couponrush.backing.Postgres#session})
     */
    DriftStore(Pool session) {
        this.session = session;
    }

    /** Whether this node compares, and no other: for as long as its session stands. */
    Future<Boolean> leads() {
        return session.query(LEAD).execute().map(rows -> rows.iterator().next().getBoolean(0));
    }

    /**
     * Units that Redis has too many, or too few when below 0. Empty when there is nothing to compare.
     *
     * @param snapshot asked once the row is locked, and given up after half a second: nobody is issued anything meanwhile
     */
    Future<Optional<Long>> drift(long eventId, Supplier<Future<Snapshot>> snapshot) {
        return session.withTransaction(tx -> compare(tx, eventId, snapshot));
    }

    private static Future<Optional<Long>> compare(SqlConnection tx, long eventId, Supplier<Future<Snapshot>> snapshot) {
        return tx.preparedQuery(LOCK).execute(Tuple.of(eventId)).compose(rows -> {
            Row locked = rows.iterator().next();
            return snapshot.get()
                    .timeout(LOOK_MS, TimeUnit.MILLISECONDS)
                    .compose(seen -> compare(tx, locked.getLong("epoch"), locked.getInteger("free"), seen));
        });
    }

    private static Future<Optional<Long>> compare(SqlConnection tx, long epoch, int free, Snapshot seen) {
        if (seen.epoch() == 0 || seen.epoch() != epoch) { // not loaded, or being loaded
            return Future.succeededFuture(Optional.empty());
        }
        if (free == 0) { // sold out: reservations that came too late do not count any more, units do
            return Future.succeededFuture(Optional.of(seen.stock()));
        }
        UUID[] rids = seen.leases().stream().map(Settlement::rid).toArray(UUID[]::new);
        UUID[] leases = seen.leases().stream().map(Settlement::lease).toArray(UUID[]::new);
        return tx.preparedQuery(CONSUMED)
                .execute(Tuple.tuple().addValue(rids).addValue(leases))
                .map(rows -> rows.iterator().next().getLong(0))
                .map(consumed -> Optional.of(seen.stock() + leases.length - consumed - free));
    }
}
