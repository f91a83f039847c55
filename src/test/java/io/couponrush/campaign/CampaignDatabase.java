package io.couponrush.campaign;

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
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;

/** A fresh database with all tables. */
final class CampaignDatabase implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;

    CampaignDatabase() {
        String uri = Backends.shared().freshDatabase();
        Schema.apply(uri);
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(uri))
                .with(new PoolOptions().setMaxSize(8))
                .using(vertx)
                .build();
    }

    Vertx vertx() {
        return vertx;
    }

    Pool pool() {
        return pool;
    }

    /** As if coupons had been issued: what issuing does to the campaign's row. */
    Future<RowSet<Row>> issue(long eventId, int count) {
        return pool.query(
                        """
                        update coupon_events
                           set issued_count = issued_count + %1$d,
                               soldout_generation = soldout_generation
                                   + case when issued_count + %1$d = total_count then 1 else 0 end
                         where id = %2$d and issued_count + %1$d <= total_count returning *
                        """
                                .formatted(count, eventId))
                .execute();
    }

    /** One claim of a new user, as the issuing transaction decides it; its row tells the outcome. */
    Future<String> claim(long eventId, long userId) {
        return pool.preparedQuery(
                        """
                        select outcome from issue_batch($1, (select epoch from coupon_events where id = $1),
                            array[gen_random_uuid()], array[$2::bigint], array[gen_random_uuid()],
                            array['CR-' || $1 || '-' || $2])
                        """)
                .execute(Tuple.of(eventId, userId))
                .map(rows -> rows.iterator().next().getString(0));
    }

    @CanIgnoreReturnValue
    RowSet<Row> query(String sql) {
        return await(pool.query(sql).execute());
    }

    @CanIgnoreReturnValue
    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
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
