package io.couponrush.redemption;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Schema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A fresh database with campaigns and coupons, and many connections to it. */
final class RedemptionDatabase implements AutoCloseable {
    static final int CONNECTIONS = 16;
    private static final String CLAIM =
            """
            select outcome from issue_batch($1, (select epoch from coupon_events where id = $1),
                array[gen_random_uuid()], array[$2::bigint], array[gen_random_uuid()],
                array['CR-' || $1 || '-' || $2 || '-' || $3::integer])
            """;

    final Pool pool;
    private final Vertx vertx = Vertx.vertx();

    RedemptionDatabase() {
        String uri = Backends.shared().freshDatabase();
        Schema.apply(uri);
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(uri))
                .with(new PoolOptions().setMaxSize(CONNECTIONS))
                .using(vertx)
                .build();
    }

    /** On sale since an hour, for another hour: 10 % off from 100 on. */
    long campaign(int stock, int perUser) {
        return number(
                """
                insert into coupon_events (title, total_count, start_time, end_time, max_per_user, discount_type,
                                           discount_value, min_purchase_amount)
                values ('sale', $1, now() - interval '1 hour', now() + interval '1 hour', $2, 'percentage', 10, 100)
                returning id
                """,
                stock,
                perUser);
    }

    /** The outcome of one claim, as the issuing transaction decides it. */
    Future<String> claim(long eventId, long user, int nth) {
        return pool.preparedQuery(CLAIM)
                .execute(Tuple.of(eventId, user, nth))
                .map(rows -> rows.iterator().next().getString(0));
    }

    /** One coupon for each of the users 1, 2, ...; their codes. */
    List<String> coupons(long eventId, int users) {
        return IntStream.rangeClosed(1, users)
                .mapToObj(user -> {
                    String outcome = await(claim(eventId, user, 1));
                    if (!outcome.equals("ISSUED")) throw new AssertionError(outcome);
                    return code(eventId, user);
                })
                .toList();
    }

    static String code(long eventId, long user) {
        return "CR-" + eventId + "-" + user + "-1";
    }

    /** Sets columns of a coupon behind everybody's back. */
    void set(String code, String assignments) {
        run("update user_coupons set " + assignments + " where coupon_code = '" + code + "'");
    }

    void run(String sql) {
        await(pool.query(sql).execute());
    }

    long number(String sql, Object... args) {
        Row row = await(pool.preparedQuery(sql).execute(Tuple.from(args)))
                .iterator()
                .next();
        return row.getLong(0);
    }

    List<String> texts(String sql, Object... args) {
        return await(texts(pool, sql, args));
    }

    static Future<List<String>> texts(SqlClient client, String sql, Object... args) {
        return client.preparedQuery(sql).execute(Tuple.from(args)).map(rows -> rows.stream()
                .map(row -> String.valueOf(row.getValue(0)))
                .toList());
    }

    String status(String code) {
        return texts("select status from user_coupons where coupon_code = $1", code)
                .get(0);
    }

    /** The messages of that topic about an event, in their order; of those that list coupons, one for each. */
    List<String> told(long eventId, String topic) {
        return texts(
                """
                select coalesce(i.id, o.payload ->> 'couponId', o.dedup)
                  from outbox o left join lateral jsonb_array_elements_text(o.payload -> 'couponIds') i (id) on true
                 where o.event_id = $1 and o.topic = $2
                 order by o.id, 1
                """,
                eventId,
                topic);
    }

    /** Which of I1, I2, I3 and I11 an event breaks, in words. */
    List<String> mistakes(long eventId) {
        return texts(
                """
                select m from coupon_events e, lateral (
                    select count(*) filter (where status <> 'revoked') as given,
                           count(*) filter (where status = 'revoked') as revoked,
                           count(*) filter (where seq > e.max_per_user) as beyond
                      from user_coupons c where c.event_id = e.id) n, lateral (
                    select array_agg(dedup order by id) as told from outbox o
                     where o.event_id = e.id and o.topic in ('coupon.soldout', 'coupon.reopened')) t, lateral (
                    select array_agg(case g % 2 when 1 then 'soldout:' else 'reopened:' end || e.id || ':' || g order by g)
                           as wanted from generate_series(1, e.soldout_generation) g) w, lateral (
                    values (case when n.given > e.total_count then 'I1: ' || n.given end),
                           (case when n.given <> e.issued_count then 'I2: ' || n.given || ', ' || e.issued_count end),
                           (case when n.revoked <> e.revoked_count then 'I2: revoked ' || n.revoked end),
                           (case when n.beyond > 0 then 'I3: ' || n.beyond end),
                           (case when t.told is distinct from w.wanted then 'I11: ' || t.told::text end),
                           (case when (e.soldout_generation % 2 = 1) <> (e.issued_count = e.total_count)
                                 then 'I11: ' || e.issued_count || ' in ' || e.soldout_generation end)) as v (m)
                 where e.id = $1 and m is not null
                """,
                eventId);
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
