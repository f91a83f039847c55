package io.couponrush.fault;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.PrivatePostgres;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two nodes, each a process, sharing a Postgres and a Redis of their own and the broker of all tests, each by way of
 * proxies of its own. As a {@link Service} it is the first node, with the servers as they are behind the proxies.
 */
final class Fleet implements Service, AutoCloseable {
    private static final int POSTGRES_PORT = 5432;
    private static final int REDIS_PORT = 6379;
    private static final int RABBITMQ_PORT = 5672;

    private final Path directory;
    private final PrivatePostgres postgres;
    private final Node a;
    private final Node b;
    private final Staff staff;
    private PrivateRedis redis;
    private int servers;

    /** A node and its lines. */
    record Node(ServiceProcess process, TcpProxy postgres, TcpProxy redis, TcpProxy broker) {
        /** Everything passes, and it runs. */
        void isWell() {
            postgres.pass();
            redis.pass();
            broker.pass();
            if (process.isAlive()) {
                process.isResumed();
            } else {
                process.start();
            }
        }
    }

    private Fleet(Path directory, Path postgresDirectory) {
        this.directory = directory;
        postgres = PrivatePostgres.start(postgresDirectory);
        redis = freshRedis();
        Map<String, String> env = RunningService.environment(postgres.uri(), redis.uri());
        env.put("COUPONRUSH_JWT_SECRET", "Vw5nKq8RtYb2ZxLc7MhGd4PsJf9Ae3Uo");
        env.put("COUPONRUSH_JWT_ACCESS_TTL", "12h"); // longer than any run
        List<Node> both = Stream.of("a", "b")
                .parallel()
                .map(name -> node(name, new HashMap<>(env)))
                .toList();
        a = both.get(0);
        b = both.get(1);
        staff = new Staff(this);
    }

    /** Empty where there is no redis-server. */
    static Optional<Fleet> start() {
        return start(newDirectory());
    }

    /** The same with the data of Postgres in that directory. */
    static Optional<Fleet> start(Path postgresDirectory) {
        return hasServers() && PrivateRedis.isPossible()
                ? Optional.of(new Fleet(newDirectory(), postgresDirectory))
                : Optional.empty();
    }

    /** The shared servers bring an executable along where the machine has none. */
    private static boolean hasServers() {
        return !Backends.shared().redisUri().isEmpty();
    }

    static Path newDirectory() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "fleet")
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Node node(String name, Map<String, String> env) {
        var toPostgres = new TcpProxy(postgres.uri(), POSTGRES_PORT);
        var toRedis = new TcpProxy(redis.uri(), REDIS_PORT);
        var toBroker = new TcpProxy(Backends.shared().rabbitmqUri(), RABBITMQ_PORT);
        env.put("COUPONRUSH_POSTGRES_URI", toPostgres.uri(postgres.uri()));
        env.put("COUPONRUSH_REDIS_URI", toRedis.uri(redis.uri()));
        env.put("COUPONRUSH_RABBITMQ_URI", toBroker.uri(Backends.shared().rabbitmqUri()));
        return new Node(ServiceProcess.with(newDirectory(name), env), toPostgres, toRedis, toBroker);
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

    Node other(Node node) {
        return node.equals(a) ? b : a;
    }

    /** Whatever a test left behind. */
    void isWell() {
        nodes().forEach(Node::isWell);
        redis.isResumed();
        redis.hasRoom();
    }

    PrivatePostgres postgres() {
        return postgres;
    }

    /** Starts Postgres where it died; the nodes find it. */
    void startPostgres() {
        postgres.start();
        nodes().forEach(node -> node.postgres().leadsTo(postgres.uri(), POSTGRES_PORT));
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
        return postgres.uri();
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
                node.broker().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        redis.close();
        postgres.close();
        a.process().log().lines().filter(line -> line.contains("ERROR")).forEach(System.out::println);
    }
}
