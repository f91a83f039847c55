package io.couponrush.bench;

import io.couponrush.bench.TextbookTables.SoldOut;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A lock in Redis per campaign, and under it: DECR, insert. Whoever finds it taken tries again after a few milliseconds. */
final class TextbookLock {
    private static final int POOL_SIZE = 16;
    private static final int WAITING = 4_096;
    private static final long LOCK_MS = 3_000;
    /** Tries that come more often keep Redis from the one who holds the lock: with 4 it is slower. */
    private static final int RETRY_MS = 20;

    private static final String UNLOCK =
            "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

    private final Vertx vertx;
    private final TextbookTables tables;
    private final Redis redis;

    private TextbookLock(Vertx vertx, TextbookTables tables, Redis redis) {
        this.vertx = vertx;
        this.tables = tables;
        this.redis = redis;
    }

    /** Arguments: port, campaign. BENCH_POSTGRES_URI and BENCH_REDIS_URI name the databases. */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        long eventId = Long.parseLong(args[1]);
        var tables = TextbookTables.create(vertx, System.getenv("BENCH_POSTGRES_URI"), eventId);
        var options = new RedisOptions()
                .setConnectionString(System.getenv("BENCH_REDIS_URI"))
                .setMaxPoolSize(POOL_SIZE)
                .setMaxPoolWaiting(WAITING);
        var server = new TextbookLock(vertx, tables, Redis.createClient(vertx, options));
        server.stock(eventId).await();
        ReferenceServer.start(vertx, Integer.parseInt(args[0]), () -> server::answer);
    }

    private Future<Response> stock(long eventId) {
        return tables.pool()
                .query("select total_count - issued_count from bench.coupon_events where id = " + eventId)
                .execute()
                .compose(rows -> redis.send(Request.cmd(Command.SET)
                        .arg(key(eventId, "stock"))
                        .arg(rows.iterator().next().getInteger(0))));
    }

    private void answer(HttpServerRequest request) {
        request.body()
                .map(body -> body.toJsonObject().getLong("eventId"))
                .compose(this::claim)
                .onSuccess(coupon -> TextbookTables.created(request, coupon))
                .onFailure(why -> TextbookTables.refused(request, why));
    }

    private Future<JsonObject> claim(long eventId) {
        String owner = UUID.randomUUID().toString();
        return lock(eventId, owner).compose(locked -> take(eventId).eventually(() -> unlock(eventId, owner)));
    }

    private Future<Void> lock(long eventId, String owner) {
        return redis.send(Request.cmd(Command.SET)
                        .arg(key(eventId, "lock"))
                        .arg(owner)
                        .arg("NX")
                        .arg("PX")
                        .arg(LOCK_MS))
                .compose(taken -> taken != null
                        ? Future.succeededFuture()
                        : vertx.timer(ThreadLocalRandom.current().nextInt(1, RETRY_MS), TimeUnit.MILLISECONDS)
                                .compose(later -> lock(eventId, owner)));
    }

    private Future<JsonObject> take(long eventId) {
        return redis.send(Request.cmd(Command.DECR).arg(key(eventId, "stock")))
                .compose(left -> left.toLong() >= 0 ? tables.insert(tables.pool(), eventId) : giveBack(eventId));
    }

    private Future<JsonObject> giveBack(long eventId) {
        return redis.send(Request.cmd(Command.INCR).arg(key(eventId, "stock")))
                .compose(back -> Future.failedFuture(new SoldOut()));
    }

    private Future<Response> unlock(long eventId, String owner) {
        return redis.send(Request.cmd(Command.EVAL)
                .arg(UNLOCK)
                .arg(1)
                .arg(key(eventId, "lock"))
                .arg(owner));
    }

    private static String key(long eventId, String of) {
        return "bench:{" + eventId + "}:" + of;
    }
}
