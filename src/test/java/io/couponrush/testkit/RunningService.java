package io.couponrush.testkit;

import io.couponrush.WholeServer;
import io.couponrush.backing.Migrations;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The whole service in this JVM, on a port of its own, with a database of its own on the shared servers. */
public final class RunningService implements Service, AutoCloseable {
    public static final String JWT_SECRET = "Qm7wJ2xVd9RfKc4TzYb8NhLs5GpAe3Xu";

    private final Map<String, String> env;
    private WholeServer server;

    private RunningService(Map<String, String> env) {
        this.env = env;
        this.server = WholeServer.start(env);
    }

    public static RunningService start() {
        return start(Map.of());
    }

    /** With settings by their names in the environment. */
    public static RunningService start(Map<String, String> settings) {
        Map<String, String> env = environment(Backends.shared().redisUri());
        env.put("COUPONRUSH_HTTP_PORT", "0");
        env.put("COUPONRUSH_JWT_SECRET", JWT_SECRET);
        env.putAll(settings);
        return new RunningService(env);
    }

    /** With these settings by their names in the environment, and no others. */
    public static RunningService with(Map<String, String> env) {
        return new RunningService(env);
    }

    /** What every service of the tests is told: its servers, its staff, and limits that a crowd does not meet. */
    public static Map<String, String> environment(String redisUri) {
        Map<String, String> env = new HashMap<>();
        env.put("COUPONRUSH_POSTGRES_URI", database());
        env.put("COUPONRUSH_REDIS_URI", redisUri);
        env.put("COUPONRUSH_RABBITMQ_URI", Backends.shared().rabbitmqUri());
        env.putAll(manners());
        return env;
    }

    static Map<String, String> manners() {
        return Map.of(
                "COUPONRUSH_BOOTSTRAP_ADMIN_EMAIL",
                ADMIN_EMAIL,
                "COUPONRUSH_BOOTSTRAP_ADMIN_PASSWORD",
                ADMIN_PASSWORD,
                "COUPONRUSH_LIMITS_ISSUE_PER_SECOND",
                "100",
                "COUPONRUSH_LIMITS_ISSUE_BURST",
                "200");
    }

    /**
     * A fresh, migrated database whose campaigns have ids that no other database used: Redis is shared, and its keys are
     * made of them.
     */
    private static String database() {
        String uri = Backends.shared().freshDatabase();
        int applied = Migrations.migrate(uri);
        if (applied == 0) throw new IllegalStateException("no migrations");
        long first = ThreadLocalRandom.current().nextLong(1L << 24, 1L << 44);
        try (var connection = Books.connect(uri);
                var statement = connection.createStatement()) {
            statement.execute("alter table coupon_events alter column id restart with " + first);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return uri;
    }

    /** Stops in order and starts again on the same data. */
    public void restart() {
        server.close();
        server = WholeServer.start(env);
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public String postgresUri() {
        return env.get("COUPONRUSH_POSTGRES_URI");
    }

    @Override
    public String redisUri() {
        return env.get("COUPONRUSH_REDIS_URI");
    }

    @Override
    public void close() {
        server.close();
    }
}
