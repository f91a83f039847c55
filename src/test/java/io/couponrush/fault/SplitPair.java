package io.couponrush.fault;

import io.couponrush.testkit.Service;
import io.couponrush.testkit.ServiceProcess;
import io.couponrush.testkit.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Two nodes that each live in a network namespace: both reach the servers, and each other until they are split. */
final class SplitPair implements AutoCloseable {
    private static final Map<String, Integer> SERVERS =
            Map.of("COUPONRUSH_POSTGRES_URI", 5432, "COUPONRUSH_REDIS_URI", 6379, "COUPONRUSH_RABBITMQ_URI", 5672);

    private final Namespaces namespaces = Namespaces.make();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(namespaces));
    private final Map<String, String> shared;
    private final Path directory;
    private Service a;
    private Service b;

    private SplitPair(Path directory, Map<String, String> shared) {
        this.directory = directory;
        this.shared = shared;
    }

    static SplitPair start(Path directory, Map<String, String> shared) {
        var pair = new SplitPair(directory, shared);
        try {
            pair.a = pair.node(pair.namespaces.a, "http,issuance");
            pair.b = pair.node(pair.namespaces.b, "http,issuance,notification");
            return pair;
        } catch (Throwable failure) {
            pair.close();
            throw failure;
        }
    }

    /** A node as seen from outside of its namespace. */
    private record Outside(int port, String postgresUri, String redisUri) implements Service {}

    private Service node(Namespaces.Space space, String roles) {
        var env = new HashMap<>(shared);
        SERVERS.forEach((name, port) -> {
            var line = new TcpProxy(shared.get(name), port, space.host());
            open.add(0, line);
            env.put(name, line.uri(shared.get(name)));
        });
        env.put("COUPONRUSH_ROLES", roles);
        env.put("COUPONRUSH_HTTP_HOST", space.address());
        env.put("COUPONRUSH_CLUSTER_ENABLED", "true");
        env.put("COUPONRUSH_CLUSTER_HOST", space.peerAddress());
        env.put("COUPONRUSH_CLUSTER_MEMBERS", namespaces.a.peerAddress() + "," + namespaces.b.peerAddress());
        var process = ServiceProcess.launched(made(directory, space.name()), env, space.launcher());
        open.add(0, process);
        var way = new TcpProxy("http://" + space.address() + ":" + process.port(), 80);
        open.add(0, way);
        return new Outside(way.port(), shared.get("COUPONRUSH_POSTGRES_URI"), shared.get("COUPONRUSH_REDIS_URI"));
    }

    static Path made(Path directory, String name) {
        try {
            return Files.createDirectory(directory.resolve(name)).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Service a() {
        return a;
    }

    Service b() {
        return b;
    }

    Namespaces namespaces() {
        return namespaces;
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
