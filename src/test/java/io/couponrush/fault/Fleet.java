package io.couponrush.fault;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Service;
import io.couponrush.testkit.ServiceProcess;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two nodes, each a process, sharing a database and a Redis of their own, each by way of proxies of its own. As a {@link
 * Service} it is the first node, with the servers as they are behind the proxies.
 */
final class Fleet implements Service, AutoCloseable {
    private static final int POSTGRES_PORT = 5432;
    private static final int REDIS_PORT = 6379;

    private final Path directory;
    private final String postgresUri;
    private final Node a;
    private final Node b;
    private final Staff staff;
    private PrivateRedis redis;
    private int servers;

    /** A node and its lines. */
    record Node(ServiceProcess process, TcpProxy postgres, TcpProxy redis) {}

    private Fleet(Path directory) {
        this.directory = directory;
        redis = freshRedis();
        Map<String, String> env = RunningService.environment(redis.uri());
        env.put("COUPONRUSH_JWT_SECRET", "Vw5nKq8RtYb2ZxLc7MhGd4PsJf9Ae3Uo");
        postgresUri = env.get("COUPONRUSH_POSTGRES_URI");
        a = node("a", env);
        b = node("b", env);
        staff = new Staff(this);
    }

    /** Empty where there is no redis-server. */
    static Optional<Fleet> start() {
        return hasServers() && PrivateRedis.isPossible() ? Optional.of(make()) : Optional.empty();
    }

    /** The shared servers bring an executable along where the machine has none. */
    private static boolean hasServers() {
        return !Backends.shared().redisUri().isEmpty();
    }

    private static Fleet make() {
        try {
            return new Fleet(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "fleet"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Node node(String name, Map<String, String> env) {
        var postgres = new TcpProxy(postgresUri, POSTGRES_PORT);
        var toRedis = new TcpProxy(redis.uri(), REDIS_PORT);
        env.put("COUPONRUSH_POSTGRES_URI", postgres.uri(postgresUri));
        env.put("COUPONRUSH_REDIS_URI", toRedis.uri(redis.uri()));
        return new Node(ServiceProcess.with(newDirectory(name), env), postgres, toRedis);
    }

    private Path newDirectory(String name) {
        try {
            return Files.createDirectory(directory.resolve(name)).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Node a() {
        return a;
    }

    Node b() {
        return b;
    }

    List<Node> nodes() {
        return List.of(a, b);
    }

    PrivateRedis redis() {
        return redis;
    }

    /** Another Redis, which nobody uses yet. */
    PrivateRedis freshRedis() {
        return PrivateRedis.start(newDirectory("redis" + servers++), false).orElseThrow();
    }

    /** From the next connection on the nodes find that one; the old one is dead. */
    void moveTo(PrivateRedis other) {
        redis = other;
        nodes().forEach(node -> node.redis().leadsTo(other.uri(), REDIS_PORT));
    }

    @Override
    public Staff staff() {
        return staff;
    }

    @Override
    public int port() {
        return a.process().port();
    }

    @Override
    public String postgresUri() {
        return postgresUri;
    }

    @Override
    public String redisUri() {
        return redis.uri();
    }

    @Override
    public void close() {
        for (Node node : nodes()) {
            node.process().close();
            try {
                node.postgres().close();
                node.redis().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        redis.close();
        a.process().log().lines().filter(line -> line.contains("ERROR")).forEach(System.out::println);
    }
}
