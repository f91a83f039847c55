package io.couponrush.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A Redis of the test's own, which it may kill and start again on the same port. */
public final class PrivateRedis implements AutoCloseable {
    private static final Path UNPACKED = Backends.STACK_DIR.resolve("binaries");

    private final Path directory;
    private final String executable;
    private final boolean keepsItsData;
    private final int port;
    private final List<String> options;
    private Process child;

    private PrivateRedis(Path directory, String executable, boolean keepsItsData, int port, List<String> options) {
        this.directory = directory;
        this.executable = executable;
        this.keepsItsData = keepsItsData;
        this.port = port;
        this.options = options;
    }

    /** Empty when this machine has no redis-server, neither on the PATH nor unpacked for the other tests. */
    public static Optional<PrivateRedis> start(Path directory, boolean keepsItsData) {
        return start(directory, keepsItsData, List.of());
    }

    /** With more options of the command line. */
    public static Optional<PrivateRedis> start(Path directory, boolean keepsItsData, List<String> options) {
        return executable().map(found -> {
            var redis = new PrivateRedis(directory, found, keepsItsData, FreePorts.find(), options);
            redis.start();
            return redis;
        });
    }

    /** Whether there is a redis-server for {@link #start(Path, boolean)}. */
    public static boolean isPossible() {
        return executable().isPresent();
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Dies without a word and comes back: another process, with its data or without. */
    public void dies() {
        child.destroyForcibly();
        try {
            if (!child.waitFor(10, SECONDS)) throw new AssertionError("redis-server does not die");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers nobody until it is resumed; connections stay. */
    public void isSuspended() {
        Signal.STOP.to(child);
    }

    public void isResumed() {
        Signal.CONT.to(child);
    }

    /** Writes down what it holds: what it comes back with when it dies later. */
    public void savesASnapshot() {
        ask(Command.SAVE);
    }

    public void forgetsItsSnapshot() {
        try {
            Files.deleteIfExists(directory.resolve("dump.rdb"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Becomes a replica of the master at that URI; returns when it holds what that holds. */
    public void follows(String masterUri) {
        var master = URI.create(masterUri);
        ask(Command.REPLICAOF, master.getHost(), Integer.toString(master.getPort()));
        await().until(() -> ask(Command.INFO, "replication").toString().contains("master_link_status:up"));
    }

    public void isPromoted() {
        ask(Command.REPLICAOF, "NO", "ONE");
    }

    /** Answers nobody for that long, as with a slow command. */
    public void sleepsFor(double seconds) {
        ask(Command.create("DEBUG"), "SLEEP", Double.toString(seconds));
    }

    /** Has no memory for anything more, and evicts nothing. */
    public void isFull() {
        ask(Command.CONFIG, "SET", "maxmemory", "1");
    }

    public void hasRoom() {
        ask(Command.CONFIG, "SET", "maxmemory", "0");
    }

    private Response ask(Command command, String... arguments) {
        Redis redis = Redis.createClient(Callers.VERTX, uri());
        try {
            var request = Request.cmd(command);
            Stream.of(arguments).forEach(request::arg);
            return redis.send(request).await(10, SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        } finally {
            redis.close();
        }
    }

    public void start() {
        try {
            var command = new ArrayList<>(List.of(
                    executable,
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(port),
                    "--dir",
                    directory.toAbsolutePath().toString(),
                    "--save",
                    "",
                    "--appendonly",
                    keepsItsData ? "yes" : "no",
                    "--appendfsync",
                    "always",
                    "--enable-debug-command",
                    "local"));
            command.addAll(options);
            child = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("redis.out").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().until(this::listens);
    }

    @Override
    public void close() {
        dies();
    }

    private boolean listens() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Optional<String> executable() {
        var onPath = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        return onPath.isPresent() ? onPath : unpacked();
    }

    private static Optional<String> unpacked() {
        if (!Files.isDirectory(UNPACKED)) return Optional.empty();
        try (var entries = Files.walk(UNPACKED, 2)) {
            return entries.filter(entry -> entry.endsWith("redis-server"))
                    .filter(Files::isExecutable)
                    .map(entry -> entry.toAbsolutePath().toString())
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
