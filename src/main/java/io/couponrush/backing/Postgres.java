package io.couponrush.backing;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Makes bounded Postgres pools: a full wait queue, a late connection and a long statement are failures, not delays. */
public final class Postgres {
    /** Classes of SQLSTATE: connection, transaction rollback, resources, object in use or locked, operator, system. */
    private static final Set<String> AWAY = Set.of("08", "40", "53", "55", "57", "58");

    private static final int READERS_QUEUED = 100;

    private Postgres() {}

    /** The pool of everything but the claim path. */
    public static Pool pool(Vertx vertx, Settings.Postgres settings) {
        return pool(vertx, settings, "postgres", settings.poolSize(), settings.poolQueue());
    }

    /** A pool of its own, so that others cannot starve it. */
    public static Pool pool(Vertx vertx, Settings.Postgres settings, String name, int size, int queue) {
        return pool(vertx, settings, connect(settings), name, size, queue);
    }

    /** For long readings: they may take their time, but neither write nor take several processors. */
    public static Pool readers(Vertx vertx, Settings.Postgres settings, Settings.Staff staff) {
        var connect = connect(settings)
                .addProperty("statement_timeout", millis(staff.statementTimeout()))
                .addProperty("default_transaction_read_only", "on")
                .addProperty("max_parallel_workers_per_gather", "0");
        return pool(vertx, settings, connect, "postgres-staff", staff.connections(), READERS_QUEUED);
    }

    private static Pool pool(
            Vertx vertx, Settings.Postgres settings, PgConnectOptions connect, String name, int size, int queue) {
        var options = new PoolOptions()
                .setName(name)
                .setMaxSize(size)
                .setMaxWaitQueueSize(queue)
                .setConnectionTimeout((int) settings.connectTimeout().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
        return PgBuilder.pool()
                .with(options)
                .connectingTo(connect.setMetricsName(name))
                .using(vertx)
                .build();
    }

    /** Fails with what to do about it when the tables are not there. */
    public static Future<Void> checkSchema(Pool pool) {
        return pool.query("select to_regclass('user_coupons') is not null")
                .execute()
                .compose(rows -> rows.iterator().next().getBoolean(0)
                        ? Future.succeededFuture()
                        : Future.failedFuture("Postgres has no schema of ours: run the command migrate first"));
    }

    /** Whether a failure means that Postgres is away, overloaded or locked, and not that we asked for nonsense. */
    public static boolean isAway(Throwable failure) {
        if (failure instanceof PgException refused) {
            String state = refused.getSqlState();
            return state != null && AWAY.contains(state.substring(0, 2));
        }
        // closed connections, full queues, waits that took too long: the client makes these itself
        return failure instanceof VertxException;
    }

    private static PgConnectOptions connect(Settings.Postgres settings) {
        var uri = Objects.requireNonNull(settings.uri(), "postgres.uri").reveal();
        var options = PgConnectOptions.fromUri(uri).setCachePreparedStatements(true);
        return options.addProperty("statement_timeout", millis(settings.statementTimeout()))
                .addProperty("lock_timeout", millis(settings.lockTimeout()))
                .addProperty("application_name", "couponrush");
    }

    private static String millis(Duration time) {
        return Long.toString(time.toMillis());
    }
}
