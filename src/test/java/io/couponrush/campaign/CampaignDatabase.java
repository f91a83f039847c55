package io.couponrush.campaign;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.testkit.Backends;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A fresh database with the tables of campaigns and claims. */
final class CampaignDatabase implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;

    CampaignDatabase() {
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(Backends.shared().freshDatabase()))
                .with(new PoolOptions().setMaxSize(8))
                .using(vertx)
                .build();
        await(pool.query(migration("V002__campaigns.sql")).execute());
        await(pool.query(migration("V003__claims.sql")).execute());
        await(pool.query(migration("V009__staff.sql")).execute());
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

    private static String migration(String file) {
        try (InputStream in = CampaignDatabase.class.getResourceAsStream("/db/migration/" + file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        await(pool.close());
        await(vertx.close());
    }
}
