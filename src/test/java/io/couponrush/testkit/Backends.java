package io.couponrush.testkit;

import io.couponrush.backing.embedded.EmbeddedStack;
import io.couponrush.backing.embedded.EmbeddedStack.Part;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Real servers for the tests of one JVM: those named by {@code COUPONRUSH_TEST_POSTGRES_URI}, {@code
 * COUPONRUSH_TEST_REDIS_URI} and {@code COUPONRUSH_TEST_RABBITMQ_URI}, and an embedded one for each that is not named.
 * Classes of two JVMs run side by side: <code>{fork}</code> in a URI is the number of the JVM, so that each has its own.
 *
 * <p>Databases from {@link #freshDatabase()} are dropped when the JVM ends; Redis and the broker are shared by all.
 */
public final class Backends {
    static final int FORK = Integer.getInteger("test.fork", 1);
    static final Path STACK_DIR = Path.of("target", "test-stack-" + FORK);

    private final String postgresUri;
    private final String redisUri;
    private final String rabbitmqUri;
    private final Set<String> databases = new ConcurrentSkipListSet<>();

    private Backends(String postgresUri, String redisUri, String rabbitmqUri) {
        this.postgresUri = postgresUri;
        this.redisUri = redisUri;
        this.rabbitmqUri = rabbitmqUri;
    }

    public static Backends shared() {
        return Shared.BACKENDS;
    }

    private static final class Shared {
        static final Backends BACKENDS = start();
    }

    private static Backends start() {
        var postgres = named("COUPONRUSH_TEST_POSTGRES_URI");
        var redis = named("COUPONRUSH_TEST_REDIS_URI");
        var rabbitmq = named("COUPONRUSH_TEST_RABBITMQ_URI");
        var missing = EnumSet.noneOf(Part.class);
        if (postgres == null) missing.add(Part.POSTGRES);
        if (redis == null) missing.add(Part.REDIS);
        if (rabbitmq == null) missing.add(Part.BROKER);
        var stack = missing.isEmpty() ? null : EmbeddedStack.start(STACK_DIR, missing);
        var backends = new Backends(
                postgres == null ? stack.postgresUri() : postgres,
                redis == null ? stack.redisUri() : redis,
                rabbitmq == null ? stack.rabbitmqUri() : rabbitmq);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            backends.dropDatabases();
            if (stack != null) stack.close();
        }));
        return backends;
    }

    private static @Nullable String named(String variable) {
        var uri = System.getenv(variable);
        return uri == null ? null : uri.replace("{fork}", Integer.toString(FORK));
    }

    public String postgresUri() {
        return postgresUri;
    }

    public String redisUri() {
        return redisUri;
    }

    public String rabbitmqUri() {
        return rabbitmqUri;
    }

    /** A new, empty database on the Postgres server. */
    public String freshDatabase() {
        var name = "test_" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = connect()) {
            execute(connection, "create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        databases.add(name);
        return URI.create(postgresUri).resolve("/" + name).toString();
    }

    private void dropDatabases() {
        if (databases.isEmpty()) return;
        try (var connection = connect()) {
            for (var name : databases) execute(connection, "drop database if exists " + name + " with (force)");
        } catch (SQLException e) {
            System.err.println("test databases stay behind: " + e);
        }
    }

    private Connection connect() throws SQLException {
        var uri = URI.create(postgresUri);
        var user = (uri.getUserInfo() + ":").split(":", -1);
        var url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        return DriverManager.getConnection(url, user[0], user[1]);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Empties the Redis database that the URI names: not while another test class uses it. */
    public void flushRedis() {
        var uri = URI.create(redisUri);
        var commands = new ArrayList<String>();
        var user = uri.getUserInfo();
        if (user != null) commands.add("AUTH " + user.substring(user.indexOf(':') + 1));
        commands.add("SELECT " + (uri.getPath().length() > 1 ? uri.getPath().substring(1) : "0"));
        commands.add("FLUSHDB");
        commands.add("QUIT");
        try (var socket = new Socket(uri.getHost(), uri.getPort() < 0 ? 6379 : uri.getPort())) {
            var request = String.join("\r\n", commands) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (!answer.equals("+OK\r\n".repeat(commands.size()))) throw new IllegalStateException(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
