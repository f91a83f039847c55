package io.couponrush.interest;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Schema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A fresh database with campaigns and those who want to hear of them. */
final class InterestDatabase implements AutoCloseable {
    final Pool pool;
    private final Vertx vertx = Vertx.vertx();

    InterestDatabase() {
        String uri = Backends.shared().freshDatabase();
        Schema.apply(uri);
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(uri))
                .with(new PoolOptions().setMaxSize(4))
                .using(vertx)
                .build();
    }

    /** A campaign that starts in that time, for an hour. */
    long campaign(String startsIn) {
        return number(
                """
                insert into coupon_events (title, total_count, start_time, end_time, discount_type, discount_value)
                values ('sale', 10, now() + $1::text::interval, now() + $1::text::interval + interval '1 hour', 'fixed', 1)
                returning id
                """,
                startsIn);
    }

    /** The users {@code 1, 2, ...} ask to hear of it. */
    void interest(long eventId, int users) {
        run(
                "insert into interests (event_id, user_id) select $1, u from generate_series(1, $2::integer) u order by u",
                eventId,
                users);
    }

    /** Sets columns of a campaign behind everybody's back. */
    void set(long eventId, String assignments) {
        run("update coupon_events set " + assignments + " where id = $1", eventId);
    }

    void run(String sql, Object... args) {
        await(pool.preparedQuery(sql).execute(Tuple.from(args)));
    }

    long number(String sql, Object... args) {
        return await(pool.preparedQuery(sql).execute(Tuple.from(args)))
                .iterator()
                .next()
                .getLong(0);
    }

    /** Rows of the outbox about an event, in their order. */
    List<JsonObject> told(long eventId, String topic) {
        return await(pool.preparedQuery("select payload from outbox where event_id = $1 and topic = $2 order by id")
                        .execute(Tuple.of(eventId, topic)))
                .stream()
                .map(row -> row.getJsonObject(0))
                .toList();
    }

    /** Users whom the rows of that topic list, in their order. */
    List<Long> toldUsers(long eventId, String topic) {
        return told(eventId, topic).stream()
                .map(payload -> payload.getJsonArray("userIds"))
                .flatMap(JsonArray::stream)
                .map(id -> ((Number) id).longValue())
                .toList();
    }

    /** How Postgres went about a statement, which is carried out. */
    JsonObject plan(String sql) {
        String plan = String.valueOf(
                await(pool.query("explain (analyze, format json) " + sql).execute())
                        .iterator()
                        .next()
                        .getValue(0));
        return new JsonArray(plan).getJsonObject(0).getJsonObject("Plan");
    }

    @CanIgnoreReturnValue
    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
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
