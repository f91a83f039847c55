package io.couponrush.backing;

import io.couponrush.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Makes bounded Postgres pools: a full wait queue, a late connection and a long statement are failures, not delays. */
public final class Postgres {
    private Postgres() {}

    /** The pool of everything but the claim path. */
    public static Pool pool(Vertx vertx, Settings.Postgres settings) {
        return pool(vertx, settings, "postgres", settings.poolSize(), settings.poolQueue());
    }

    /** A pool of its own, so that others cannot starve it. */
    public static Pool pool(Vertx vertx, Settings.Postgres settings, String name, int size, int queue) {
        var options = new PoolOptions()
                .setName(name)
                .setMaxSize(size)
                .setMaxWaitQueueSize(queue)
                .setConnectionTimeout((int) settings.connectTimeout().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
        return PgBuilder.pool()
                .with(options)
                .connectingTo(connect(settings))
                .using(vertx)
                .build();
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
