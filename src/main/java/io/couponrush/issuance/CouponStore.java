package io.couponrush.issuance;

import io.couponrush.backing.Postgres;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Coupon rows, and the functions of {@code V003__claims.sql} and its successors that decide about them. */
final class CouponStore implements CouponBook {
    private static final String ISSUE_FAST =
            """
            select coupon_ids, issued_at, expires_at, event_issued, event_total, event_generation
              from issue_fast($1, $2, $3, $4, $5, $6, $7)
            """;

    private static final String ISSUE_BATCH =
            """
            select rid, outcome, coupon_id, coupon_code, issued_at, expires_at, same_lease,
                   event_issued, event_total, event_generation
              from issue_batch($1, $2, $3, $4, $5, $6)
            """;

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

    /** As Postgres orders them. */
    private static final Comparator<Claim> BY_RID = (a, b) -> {
        int high =
                Long.compareUnsigned(a.rid().getMostSignificantBits(), b.rid().getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(
                        a.rid().getLeastSignificantBits(), b.rid().getLeastSignificantBits());
    };

    private final Pool pool;
    private final long timeoutMillis;
    private final BatchStore batches;

    /** Makes the store without traces. */
    CouponStore(Pool pool, Duration timeout) {
        this(pool, timeout, BatchStore.PLAIN);
    }

    /**
     * Makes the store.
     *
     * @param timeout after which the outcome of a statement is unknown; longer than the server's own limit
     * @param batches runs the statements that issue
     */
    CouponStore(Pool pool, Duration timeout, BatchStore batches) {
        this.pool = pool;
        this.timeoutMillis = timeout.toMillis();
        this.batches = batches;
    }

    @Override
    public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
        List<Claim> ordered = batch.stream().sorted(BY_RID).toList();
        var seqs = new Short[ordered.size()];
        for (int i = 0; i < seqs.length; i++) {
            seqs[i] = (short) ordered.get(i).seq();
        }
        Tuple args = Tuple.of(eventId, epoch, rids(ordered), users(ordered), seqs)
                .addValue(leases(ordered))
                .addValue(codes(ordered));
        return batches.run(this::query, ISSUE_FAST, ordered, args)
                .map(rows -> first(rows).map(row -> allIssued(ordered, row)))
                .recover(e -> isRefusal(e) ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(e));
    }

    @Override
    public Future<Verdicts> issueBatch(long eventId, long epoch, List<Claim> batch) {
        Tuple args = Tuple.of(eventId, epoch, rids(batch), users(batch), leases(batch), codes(batch));
        return batches.run(this::query, ISSUE_BATCH, batch, args)
                .map(CouponStore::verdicts)
                .recover(e -> Future.failedFuture(Postgres.isPoison(e) ? new Poisoned(e) : e));
    }

    @Override
    public Future<List<Stored>> stored(long eventId, Set<UUID> rids, Set<Long> users) {
        Tuple args = Tuple.of(eventId, rids.toArray(UUID[]::new), users.toArray(Long[]::new));
        return query(STORED, args).map(rows -> {
            var found = new ArrayList<Stored>(rows.size());
            for (Row row : rows) {
                found.add(stored(row));
            }
            return found;
        });
    }

    @Override
    public Future<Set<Long>> invited(long eventId, Set<Long> users) {
        return query(INVITED, Tuple.of(eventId).addArrayOfLong(users.toArray(Long[]::new)))
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
        return query(STOCK, Tuple.of(eventId)).map(rows -> first(rows)
                .map(row -> new Stock(
                        row.getLong("epoch"),
                        row.getInteger("issued_count"),
                        row.getInteger("total_count"),
                        row.getInteger("soldout_generation"))));
    }

    @Override
    public Future<Optional<Epoch>> beginEpoch(long eventId, long expected) {
        return query(BEGIN_EPOCH, Tuple.of(eventId, expected)).map(rows -> first(rows)
                .map(row -> new Epoch(
                        row.getLong("epoch"),
                        row.getInteger("free"),
                        row.getInteger("max_per_user"),
                        row.getInteger("generation"))));
    }

    @Override
    public Future<CountsPage> countsBefore(long eventId, long epoch, long afterId) {
        return query(COUNTS, Tuple.of(eventId, epoch, afterId, COUNTS_PAGE)).map(rows -> {
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
        return query(RESOLVE, Tuple.of(eventId, rids, ids)).map(rows -> {
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
        return query(SWEEPABLE, Tuple.tuple()).map(rows -> {
            var events = new ArrayList<Sweepable>(rows.size());
            for (Row row : rows) {
                events.add(new Sweepable(row.getLong("id"), row.getLong("epoch"), row.getLong("expire_at")));
            }
            return events;
        });
    }

    @Override
    public Future<Integer> pruneVoidLeases() {
        return query(PRUNE, Tuple.of(PRUNED))
                .map(RowSet::rowCount)
                .compose(slice -> slice < PRUNED
                        ? Future.succeededFuture(slice)
                        : pruneVoidLeases().map(more -> slice + more));
    }

    private Future<RowSet<Row>> query(String sql, Tuple args) {
        return pool.preparedQuery(sql).execute(args).timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** The function's own way to say so, or a key, number or code that is taken. */
    private static boolean isRefusal(Throwable e) {
        return Postgres.isPoison(e) || (e instanceof PgException no && "P0001".equals(no.getSqlState()));
    }

    private static UUID[] rids(List<Claim> batch) {
        return batch.stream().map(Claim::rid).toArray(UUID[]::new);
    }

    private static Long[] users(List<Claim> batch) {
        return batch.stream().map(Claim::userId).toArray(Long[]::new);
    }

    private static UUID[] leases(List<Claim> batch) {
        return batch.stream().map(Claim::lease).toArray(UUID[]::new);
    }

    private static String[] codes(List<Claim> batch) {
        return batch.stream().map(Claim::code).toArray(String[]::new);
    }

    private static Verdicts allIssued(List<Claim> ordered, Row row) {
        Long[] ids = row.getArrayOfLongs(0);
        Instant issuedAt = instant(row, 1);
        Instant expiresAt = instant(row, 2);
        Map<UUID, Verdict> byRid = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            Claim claim = ordered.get(i);
            var coupon = new Coupon(ids[i], claim.code(), issuedAt, expiresAt);
            byRid.put(claim.rid(), new Verdict(Decision.ISSUED, coupon, true));
        }
        return new Verdicts(byRid, row.getInteger(3), row.getInteger(4), row.getInteger(5));
    }

    private static Verdicts verdicts(RowSet<Row> rows) {
        Map<UUID, Verdict> byRid = new HashMap<>();
        int issued = 0;
        int total = 0;
        int generation = 0;
        for (Row row : rows) {
            byRid.put(row.getUUID(0), verdict(row));
            issued = row.getInteger(7);
            total = row.getInteger(8);
            generation = row.getInteger(9);
        }
        return new Verdicts(byRid, issued, total, generation);
    }

    private static Verdict verdict(Row row) {
        var decision = Decision.valueOf(row.getString(1));
        Coupon coupon = row.getLong(2) == null
                ? null
                : new Coupon(row.getLong(2), row.getString(3), instant(row, 4), instant(row, 5));
        return new Verdict(decision, coupon, row.getBoolean(6));
    }

    private static Stored stored(Row row) {
        var coupon = new Coupon(row.getLong(3), row.getString(4), instant(row, 5), instant(row, 6));
        return new Stored(row.getUUID(0), row.getLong(1), row.getLong(2), coupon, row.getInteger(7));
    }

    private static Instant instant(Row row, int column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    private static Optional<Row> first(RowSet<Row> rows) {
        return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
    }
}
