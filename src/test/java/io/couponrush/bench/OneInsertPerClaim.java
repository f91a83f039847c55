package io.couponrush.bench;

import io.couponrush.bench.TextbookTables.SoldOut;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

/**
 * One transaction a claim: insert the coupon, count it in the row of the campaign. The insert comes first, so that the row
 * everybody waits for is locked as briefly as this design allows.
 */
final class OneInsertPerClaim {
    private static final String COUNT =
            """
            update bench.coupon_events set issued_count = issued_count + 1
             where id = $1 and issued_count < total_count and not paused
               and clock_timestamp() >= start_time and clock_timestamp() < end_time""";

    private final TextbookTables tables;

    private OneInsertPerClaim(TextbookTables tables) {
        this.tables = tables;
    }

    /** Arguments: port, campaign. BENCH_POSTGRES_URI names the database. */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        String uri = System.getenv("BENCH_POSTGRES_URI");
        var server = new OneInsertPerClaim(TextbookTables.create(vertx, uri, Long.parseLong(args[1])));
        ReferenceServer.start(vertx, Integer.parseInt(args[0]), () -> server::answer);
    }

    private void answer(HttpServerRequest request) {
        request.body()
                .map(body -> body.toJsonObject().getLong("eventId"))
                .compose(this::claim)
                .onSuccess(coupon -> TextbookTables.created(request, coupon))
                .onFailure(why -> TextbookTables.refused(request, why));
    }

    private Future<JsonObject> claim(long eventId) {
        return tables.pool().withTransaction(connection -> tables.insert(connection, eventId)
                .compose(coupon -> count(connection, eventId).map(coupon)));
    }

    private static Future<Void> count(SqlClient connection, long eventId) {
        return connection
                .preparedQuery(COUNT)
                .execute(Tuple.of(eventId))
                .compose(rows -> rows.rowCount() == 1 ? Future.succeededFuture() : Future.failedFuture(new SoldOut()));
    }
}
