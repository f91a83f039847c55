package io.couponrush.bench;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;

/** Asks the databases behind a benchmark what they are, and how many coupons they hold. */
final class Databases {
    private Databases() {}

    /**
     * Arguments: {@code facts}, or {@code rows} and a schema. BENCH_POSTGRES_URI and BENCH_REDIS_URI name the databases.
     *
     * <p>Prints {@code name=value} lines, or {@code event rows issued_count} lines.
     */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        Pool pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(System.getenv("BENCH_POSTGRES_URI")))
                .using(vertx)
                .build();
        if (args[0].equals("rows")) {
            rows(pool, args[1]);
        } else {
            facts(pool);
            redis(vertx);
        }
        vertx.close().await();
    }

    private static void rows(Pool pool, String schema) {
        pool.query(
                        "select e.id, (select count(*) from %1$s.user_coupons c where c.event_id = e.id), e.issued_count from %1$s.coupon_events e"
                                .formatted(schema))
                .execute()
                .await()
                .forEach(row -> System.out.println(row.getLong(0) + " " + row.getLong(1) + " " + row.getInteger(2)));
    }

    private static void facts(Pool pool) {
        for (String name : new String[] {"server_version", "fsync", "synchronous_commit"}) {
            var row = pool.preparedQuery("select current_setting($1)")
                    .execute(Tuple.of(name))
                    .await();
            System.out.println(name + "=" + row.iterator().next().getString(0));
        }
    }

    private static void redis(Vertx vertx) {
        String info = Redis.createClient(vertx, System.getenv("BENCH_REDIS_URI"))
                .send(Request.cmd(Command.INFO).arg("server"))
                .await()
                .toString();
        info.lines()
                .filter(line -> line.startsWith("redis_version:"))
                .forEach(line -> System.out.println(line.replace(':', '=')));
    }
}
