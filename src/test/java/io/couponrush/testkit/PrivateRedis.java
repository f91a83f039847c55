package io.couponrush.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A Redis of the test's own, which it may kill and start again on the same port. */
public final class PrivateRedis implements AutoCloseable {
    private static final Path UNPACKED = Path.of("target", "test-stack", "binaries");

    private final Path directory;
    private final String executable;
    private final boolean keepsItsData;
    private final int port;
    private Process child;

    private PrivateRedis(Path directory, String executable, boolean keepsItsData, int port) {
        this.directory = directory;
        this.executable = executable;
        this.keepsItsData = keepsItsData;
        this.port = port;
    }

    /** Empty when this machine has no redis-server, neither on the PATH nor unpacked for the other tests. */
    public static Optional<PrivateRedis> start(Path directory, boolean keepsItsData) {
        return executable().map(found -> {
            var redis = new PrivateRedis(directory, found, keepsItsData, freePort());
            redis.start();
            return redis;
        });
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

    public void start() {
        try {
            child = new ProcessBuilder(List.of(
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
                            "always"))
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

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
