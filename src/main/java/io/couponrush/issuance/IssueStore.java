package io.couponrush.issuance;

import io.couponrush.backing.Postgres;
import io.couponrush.issuance.CouponBook.Coupon;
import io.couponrush.issuance.CouponBook.Decision;
import io.couponrush.issuance.CouponBook.Poisoned;
import io.couponrush.issuance.CouponBook.Verdict;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.JointCommits.Batch;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** The statements that issue: {@code issue_fast}, {@code issue_jointly} and {@code issue_batch}. */
final class IssueStore implements JointCommits.Store {
    private static final String ISSUE_FAST =
            """
            select coupon_ids, issued_at, expires_at, event_issued, event_total, event_generation
              from issue_fast($1, $2, $3, $4, $5, $6, $7)
            """;

    private static final String ISSUE_JOINTLY =
            """
            select coupon_ids, issued_at, expires_at, event_issued, event_total, event_generation, event_id
              from issue_jointly($1, $2, $3, $4, $5, $6, $7)
            """;

    private static final String ISSUE_BATCH =
            """
            select rid, outcome, coupon_id, coupon_code, issued_at, expires_at, same_lease,
                   event_issued, event_total, event_generation
              from issue_batch($1, $2, $3, $4, $5, $6)
            """;

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

    /**
     * Makes the store.
     *
     * @param timeout after which the outcome of a statement is unknown; longer than the server's own limit
     * @param batches runs the statements
     */
    IssueStore(Pool pool, Duration timeout, BatchStore batches) {
        this.pool = pool;
        this.timeoutMillis = timeout.toMillis();
        this.batches = batches;
    }

    @Override
    public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
        List<Claim> ordered = inOrder(batch);
        Tuple args = Tuple.of(eventId, epoch, rids(ordered), users(ordered), seqs(ordered))
                .addValue(leases(ordered))
                .addValue(codes(ordered));
        return batches.run(this::query, ISSUE_FAST, ordered, args)
                .map(rows -> first(rows).map(row -> allIssued(ordered, row)))
                .recover(e -> isRefusal(e) ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(e));
    }

    @Override
    public Future<Map<Long, Verdicts>> issueJointly(List<Batch> together) {
        List<Claim> claims = together.stream().flatMap(b -> b.claims().stream()).toList();
        Tuple args = Tuple.of(
                        ofEach(together, Batch::eventId), ofEach(together, Batch::epoch), rids(claims), users(claims))
                .addValue(seqs(claims))
                .addValue(leases(claims))
                .addValue(codes(claims));
        return batches.run(this::query, ISSUE_JOINTLY, claims, args)
                .map(rows -> allIssued(together, rows))
                .recover(e -> isRefusal(e) ? Future.succeededFuture(Map.of()) : Future.failedFuture(e));
    }

    /** Decides each claim; fails with {@link Poisoned} when a value of it can never be stored. */
    Future<Verdicts> issueBatch(long eventId, long epoch, List<Claim> batch) {
        Tuple args = Tuple.of(eventId, epoch, rids(batch), users(batch), leases(batch), codes(batch));
        return batches.run(this::query, ISSUE_BATCH, batch, args)
                .map(IssueStore::verdicts)
                .recover(e -> Future.failedFuture(Postgres.isPoison(e) ? new Poisoned(e) : e));
    }

    /** Fails when there is no answer in time: then its outcome is unknown. */
    Future<RowSet<Row>> query(String sql, Tuple args) {
        return pool.preparedQuery(sql).execute(args).timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** The function's own way to say so, or a key, number or code that is taken. */
    private static boolean isRefusal(Throwable e) {
        return Postgres.isPoison(e) || (e instanceof PgException no && "P0001".equals(no.getSqlState()));
    }

    private static List<Claim> inOrder(List<Claim> batch) {
        return batch.stream().sorted(BY_RID).toList();
    }

    /** The same value for each claim of a batch. */
    private static Long[] ofEach(List<Batch> together, ToLongFunction<Batch> value) {
        return together.stream()
                .flatMap(b -> Collections.nCopies(b.claims().size(), value.applyAsLong(b)).stream())
                .toArray(Long[]::new);
    }

    private static Short[] seqs(List<Claim> batch) {
        return batch.stream().map(claim -> (short) claim.seq()).toArray(Short[]::new);
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

    private static Map<Long, Verdicts> allIssued(List<Batch> together, RowSet<Row> rows) {
        Map<Long, List<Claim>> claims = new HashMap<>();
        together.forEach(b -> claims.put(b.eventId(), inOrder(b.claims())));
        Map<Long, Verdicts> issued = new HashMap<>();
        for (Row row : rows) {
            long eventId = row.getLong(6);
            issued.put(eventId, allIssued(claims.getOrDefault(eventId, List.of()), row));
        }
        return issued;
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

    static Instant instant(Row row, int column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    static Optional<Row> first(RowSet<Row> rows) {
        return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
    }
}
