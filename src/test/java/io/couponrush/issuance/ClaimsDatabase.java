package io.couponrush.issuance;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.bus.IssueCommand;
import io.couponrush.issuance.CouponBook.Decision;
import io.couponrush.issuance.CouponBook.Verdict;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Schema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A fresh database with campaigns on sale, and a store that issues from it. */
final class ClaimsDatabase implements AutoCloseable {
    /** The epoch of every new campaign. */
    static final long EPOCH = 5;

    private static final AtomicLong CODES = new AtomicLong();

    private final Vertx vertx = Vertx.vertx();
    private final String uri;
    private final Pool pool;
    private final IssueStore issuing;
    private final CouponStore store;

    ClaimsDatabase() {
        uri = Backends.shared().freshDatabase();
        Schema.apply(uri);
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(uri))
                .with(new PoolOptions().setMaxSize(8))
                .using(vertx)
                .build();
        issuing = new IssueStore(pool, Duration.ofSeconds(10), BatchStore.PLAIN);
        store = new CouponStore(issuing, issuing);
    }

    String uri() {
        return uri;
    }

    CouponStore store() {
        return store;
    }

    /** Its statements, each sent alone. */
    IssueStore issuing() {
        return issuing;
    }

    Pool pool() {
        return pool;
    }

    /** A campaign on sale since an hour, for another hour. */
    long campaign(int stock, int perUser) {
        return number(
                """
                insert into coupon_events (title, total_count, start_time, end_time, max_per_user, discount_type,
                                           discount_value, epoch)
                values ('sale', $1, now() - interval '1 hour', now() + interval '1 hour', $2, 'fixed', 1, $3)
                returning id
                """,
                stock,
                perUser,
                EPOCH);
    }

    /** Sets columns of a campaign behind everybody's back. */
    void set(long eventId, String assignments) {
        run("update coupon_events set " + assignments + " where id = " + eventId);
    }

    void run(String sql, Object... args) {
        await(pool.preparedQuery(sql).execute(Tuple.from(args)));
    }

    long number(String sql, Object... args) {
        Row row = await(pool.preparedQuery(sql).execute(Tuple.from(args)))
                .iterator()
                .next();
        return row.getLong(0);
    }

    List<String> texts(String sql, Object... args) {
        var rows = await(pool.preparedQuery(sql).execute(Tuple.from(args)));
        return rows.stream().map(row -> String.valueOf(row.getValue(0))).toList();
    }

    @CanIgnoreReturnValue
    Verdicts batch(long eventId, Claim... claims) {
        return await(store.issueBatch(eventId, claims[0].epoch(), List.of(claims)));
    }

    /** The decisions, in the order of the claims. */
    List<Decision> decide(long eventId, Claim... claims) {
        Verdicts verdicts = batch(eventId, claims);
        return Arrays.stream(claims)
                .map(claim -> verdict(verdicts, claim).decision())
                .toList();
    }

    static Verdict verdict(Verdicts verdicts, Claim claim) {
        return Objects.requireNonNull(verdicts.byRid().get(claim.rid()));
    }

    /** A claim of a new key, with a fresh reservation. */
    static Claim claim(long eventId, long user, int seq) {
        return claim(eventId, user, UUID.randomUUID(), UUID.randomUUID(), seq);
    }

    static Claim claim(long eventId, long user, UUID rid, UUID lease, int seq) {
        return claim(eventId, user, rid, lease, seq, EPOCH, "CR-" + CODES.incrementAndGet());
    }

    static Claim claim(long eventId, long user, UUID rid, UUID lease, int seq, long epoch, String code) {
        var claim = new Claim(new IssueCommand(eventId, user, rid, true), Long.MAX_VALUE, outcome -> {});
        claim.hold(epoch, lease, seq, code);
        return claim;
    }

    /** The same key once more, with another reservation. */
    static Claim again(Claim first, UUID lease) {
        return claim(0, first.userId(), first.rid(), lease, 0, first.epoch(), "CR-" + CODES.incrementAndGet());
    }

    @CanIgnoreReturnValue
    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        await(pool.close());
        await(vertx.close());
    }
}
