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
import java.util.function.Supplier;

/** Compares Redis with the ledger while nothing can be issued: the campaign's row is locked meanwhile. */
final class DriftStore {
    private static final String ALONE = "select pg_try_advisory_xact_lock(7261, ($1::bigint % 2147483647)::integer)";

    private static final String LOCK =
            """
            select epoch, total_count - issued_count as free from coupon_events where id = $1 for update
            """;

    private static final String CONSUMED =
            """
            select count(*) from unnest($1::uuid[], $2::uuid[]) as t (r, l)
             where exists (select 1 from user_coupons c where c.rid = r and c.lease = l)
            """;

    private final Pool pool;

    DriftStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * Units that Redis has too many, or too few when below 0. Empty when there is nothing to compare, or another node is at
     * it.
     *
     * @param snapshot asked once the row is locked
     */
    Future<Optional<Long>> drift(long eventId, Supplier<Future<Snapshot>> snapshot) {
        return pool.<Optional<Long>>withTransaction(tx -> tx.preparedQuery(ALONE)
                .execute(Tuple.of(eventId))
                .compose(locked -> locked.iterator().next().getBoolean(0)
                        ? compare(tx, eventId, snapshot)
                        : Future.succeededFuture(Optional.empty())));
    }

    private static Future<Optional<Long>> compare(SqlConnection tx, long eventId, Supplier<Future<Snapshot>> snapshot) {
        return tx.preparedQuery(LOCK).execute(Tuple.of(eventId)).compose(rows -> {
            Row locked = rows.iterator().next();
            return snapshot.get()
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
