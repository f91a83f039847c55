package io.couponrush.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the textbook servers share: tables in a schema of their own with the columns, indexes and constraints of the
 * service's, the insert of one coupon, the answers. They verify no token and limit nobody: each claim is another user's.
 */
final class TextbookTables {
    private static final int POOL_SIZE = 16;
    private static final String INSERT =
            """
            insert into bench.user_coupons
                   (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
            values ($1, $2, $3, 1, $4, $1, 0, clock_timestamp(), clock_timestamp() + interval '30 days')
            returning id""";

    private final AtomicLong users = new AtomicLong();
    private final Pool pool;

    private TextbookTables(Pool pool) {
        this.pool = pool;
    }

    /** Makes the tables anew, with a copy of the service's campaign. */
    static TextbookTables create(Vertx vertx, String postgresUri, long eventId) {
        Pool pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(POOL_SIZE))
                .connectingTo(PgConnectOptions.fromUri(postgresUri).setCachePreparedStatements(true))
                .using(vertx)
                .build();
        pool.query(
                        """
                        drop schema if exists bench cascade;
                        create schema bench;
                        create table bench.coupon_events (like public.coupon_events including all);
                        create table bench.user_coupons (like public.user_coupons including all);
                        alter table bench.coupon_events set (fillfactor = 50);
                        insert into bench.coupon_events overriding system value
                        select * from public.coupon_events where id = %d"""
                                .formatted(eventId))
                .execute()
                .await();
        return new TextbookTables(pool);
    }

    Pool pool() {
        return pool;
    }

    /** The coupon's JSON, once the statement is through: durable when the client is no transaction. */
    Future<JsonObject> insert(SqlClient client, long eventId) {
        String code = "CR-" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 32);
        long userId = users.incrementAndGet();
        return client.preparedQuery(INSERT)
                .execute(Tuple.of(UUID.randomUUID(), eventId, userId, code))
                .map(rows -> new JsonObject()
                        .put("couponId", rows.iterator().next().getLong(0))
                        .put("couponCode", code)
                        .put("eventId", eventId)
                        .put("userId", userId));
    }

    static void created(HttpServerRequest request, JsonObject coupon) {
        request.response()
                .setStatusCode(201)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(coupon.toBuffer());
    }

    static void refused(HttpServerRequest request, Throwable why) {
        int status = why instanceof SoldOut ? 409 : 503;
        request.response().setStatusCode(status).end();
    }

    /** Rolls the transaction back. */
    static final class SoldOut extends Exception {
        private static final long serialVersionUID = 1;

        SoldOut() {
            super("sold out", null, false, false);
        }
    }
}
