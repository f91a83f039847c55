package io.couponrush.bench;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Asks the databases behind a benchmark what they are, and how many coupons they hold. */
final class Databases {
    private static final int COUPONS_PER_USER = 10;

    private Databases() {}

    /**
     * Arguments: {@code facts}, or {@code rows} and a schema, or {@code grow} and how many coupons there are to be, in the place
     * of those that are there. BENCH_POSTGRES_URI and BENCH_REDIS_URI name the databases.
     *
     * <p>Prints {@code name=value} lines, or {@code event rows issued_count} lines.
     */
    public static void main(String[] args) throws IOException {
        Vertx vertx = Vertx.vertx();
        Pool pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(System.getenv("BENCH_POSTGRES_URI")))
                .using(vertx)
                .build();
        if (args[0].equals("rows")) {
            rows(pool, args[1]);
        } else if (args[0].equals("grow")) {
            grow(pool, Integer.parseInt(args[1]));
        } else {
            facts(pool);
            redis(vertx);
        }
        vertx.close().await();
    }

    private static void rows(Pool pool, String schema) {
        pool.query(
                        """
                        select e.id, coalesce(c.coupons, 0), e.issued_count
                          from %1$s.coupon_events e
                          left join (select event_id, count(*) as coupons from %1$s.user_coupons group by event_id) c
                            on c.event_id = e.id
                        """
                                .formatted(schema))
                .execute()
                .await()
                .forEach(row -> System.out.println(row.getLong(0) + " " + row.getLong(1) + " " + row.getInteger(2)));
    }

    private static void grow(Pool pool, int coupons) throws IOException {
        pool.query("truncate user_coupons, outbox; delete from coupon_events where title in ('Benchmark') or title like"
                        + " 'Campaign %'")
                .execute()
                .await();
        String sql = Files.readString(Path.of("src/test/resources/growth/grow.sql"));
        pool.query(String.format(Locale.ROOT, sql, Math.max(1, coupons / COUPONS_PER_USER), coupons))
                .execute()
                .await();
        pool.query("vacuum analyze").execute().await();
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
