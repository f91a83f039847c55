package io.couponrush.issuance;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Coupon rows, stock and epochs, and the functions of {@code V003__claims.sql} and its successors that keep them. */
final class CouponStore implements CouponBook {
    private static final String STORED =
            """
            select rid, event_id, user_id, id, coupon_code, issued_at, expires_at, max_per_user
              from stored_coupons($1, $2, $3)
            """;

    private static final String INVITED =
            """
            select user_id from event_audience where event_id = $1 and user_id = any ($2)
            """;

    private static final String STOCK =
            """
            select epoch, issued_count, total_count, soldout_generation from coupon_events where id = $1
            """;

    private static final String BEGIN_EPOCH =
            """
            select epoch, free, max_per_user, generation from begin_epoch($1, $2)
            """;

    private static final String COUNTS =
            """
            with page as (
                select id, user_id from user_coupons
                 where event_id + 0 = $1 and epoch < $2 and id > $3
                 order by id
                 limit $4)
            select user_id, count(*)::integer as coupons, (select max(id) from page) as last_id,
                   (select count(*) from page)::integer as page_size
              from page
             group by user_id
            """;

    private static final String RESOLVE =
            """
            select rid, lease, consumed from resolve_leases($1, $2, $3)
            """;

    private static final String SWEEPABLE =
            """
            select e.id, e.epoch, case when e.end_time < now() and d.event_id is null
                            then extract(epoch from e.end_time + interval '1 day')::bigint else 0 end as expire_at
              from coupon_events e left join draws d on d.event_id = e.id and d.done_at is null
             where e.start_time <= now() and (e.end_time > now() - interval '1 day' or d.event_id is not null)
            """;

    private static final String PRUNE =
            """
            delete from void_leases where lease in (
                select lease from void_leases where at < now() - interval '24 hours' order by at limit $1)
            """;

    private static final int PRUNED = 5_000;

    private static final int COUNTS_PAGE = 5_000;

    private final IssueStore issuing;
    private final FastPath fast;

    /**
     * Makes the store.
     *
     * @param fast the way of fresh reservations
     */
    CouponStore(IssueStore issuing, FastPath fast) {
        this.issuing = issuing;
        this.fast = fast;
    }

    @Override
    public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
        return fast.issueFast(eventId, epoch, batch);
    }

    @Override
    public Future<Verdicts> issueBatch(long eventId, long epoch, List<Claim> batch) {
        return issuing.issueBatch(eventId, epoch, batch);
    }

    @Override
    public Future<List<Stored>> stored(long eventId, Set<UUID> rids, Set<Long> users) {
        Tuple args = Tuple.of(eventId, rids.toArray(UUID[]::new), users.toArray(Long[]::new));
        return issuing.query(STORED, args).map(rows -> {
            var found = new ArrayList<Stored>(rows.size());
            for (Row row : rows) {
                found.add(stored(row));
            }
            return found;
        });
    }

    @Override
    public Future<Set<Long>> invited(long eventId, Set<Long> users) {
        return issuing.query(INVITED, Tuple.of(eventId).addArrayOfLong(users.toArray(Long[]::new)))
                .map(rows -> {
                    var found = new HashSet<Long>();
                    for (Row row : rows) {
                        found.add(row.getLong("user_id"));
                    }
                    return found;
                });
    }

    @Override
    public Future<Optional<Stock>> stock(long eventId) {
        return issuing.query(STOCK, Tuple.of(eventId)).map(rows -> IssueStore.first(rows)
                .map(row -> new Stock(
                        row.getLong("epoch"),
                        row.getInteger("issued_count"),
                        row.getInteger("total_count"),
                        row.getInteger("soldout_generation"))));
    }

    @Override
    public Future<Optional<Epoch>> beginEpoch(long eventId, long expected) {
        return issuing.query(BEGIN_EPOCH, Tuple.of(eventId, expected)).map(rows -> IssueStore.first(rows)
                .map(row -> new Epoch(
                        row.getLong("epoch"),
                        row.getInteger("free"),
                        row.getInteger("max_per_user"),
                        row.getInteger("generation"))));
    }

    @Override
    public Future<CountsPage> countsBefore(long eventId, long epoch, long afterId) {
        return issuing.query(COUNTS, Tuple.of(eventId, epoch, afterId, COUNTS_PAGE))
                .map(rows -> {
                    Map<Long, Integer> counts = new HashMap<>();
                    long next = 0;
                    for (Row row : rows) {
                        counts.put(row.getLong("user_id"), row.getInteger("coupons"));
                        next = row.getInteger("page_size") < COUNTS_PAGE ? 0 : row.getLong("last_id");
                    }
                    return new CountsPage(counts, next);
                });
    }

    @Override
    public Future<List<Ledger.Settlement>> resolve(long eventId, List<Ledger.Settlement> leases) {
        UUID[] rids = leases.stream().map(Ledger.Settlement::rid).toArray(UUID[]::new);
        UUID[] ids = leases.stream().map(Ledger.Settlement::lease).toArray(UUID[]::new);
        return issuing.query(RESOLVE, Tuple.of(eventId, rids, ids)).map(rows -> {
            var resolved = new ArrayList<Ledger.Settlement>(rows.size());
            for (Row row : rows) {
                var verb = row.getBoolean("consumed") ? Ledger.Verb.C : Ledger.Verb.B;
                resolved.add(new Ledger.Settlement(verb, row.getUUID("rid"), row.getUUID("lease")));
            }
            return resolved;
        });
    }

    @Override
    public Future<List<Sweepable>> sweepable() {
        return issuing.query(SWEEPABLE, Tuple.tuple()).map(rows -> {
            var events = new ArrayList<Sweepable>(rows.size());
            for (Row row : rows) {
                events.add(new Sweepable(row.getLong("id"), row.getLong("epoch"), row.getLong("expire_at")));
            }
            return events;
        });
    }

    @Override
    public Future<Integer> pruneVoidLeases() {
        return issuing.query(PRUNE, Tuple.of(PRUNED))
                .map(RowSet::rowCount)
                .compose(slice -> slice < PRUNED
                        ? Future.succeededFuture(slice)
                        : pruneVoidLeases().map(more -> slice + more));
    }

    private static Stored stored(Row row) {
        var coupon =
                new Coupon(row.getLong(3), row.getString(4), IssueStore.instant(row, 5), IssueStore.instant(row, 6));
        return new Stored(row.getUUID(0), row.getLong(1), row.getLong(2), coupon, row.getInteger(7));
    }
}
