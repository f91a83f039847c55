package io.couponrush.backing.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server that runs as a child of this JVM, writes to a log file and dies with the JVM where the OS can do that. */
final class ChildProcess {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /**
     * The one thread that forks. The death signal of a child fires when the <em>thread</em> that forked it ends, so
     * this one never does.
     */
    private static final ExecutorService FORKER = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "embedded-forker");
        thread.setDaemon(true);
        return thread;
    });

    private final Process process;
    private final Path log;
    private final String stopSignal;

    private ChildProcess(Process process, Path log, String stopSignal) {
        this.process = process;
        this.log = log;
        this.stopSignal = stopSignal;
    }

    /** {@code stopSignal} is what stops it, and what the OS sends it should this JVM be killed. */
    static ChildProcess start(List<String> runAs, List<String> command, Path log, String stopSignal)
            throws IOException {
        if (Files.exists(log)) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        var life = LifeLine.available();
        var builder = Command.builder(
                        Command.concat(List.of(life.ownSession(), runAs, life.dyingBy(stopSignal), command)))
                .directory(log.resolveSibling(".").normalize().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        return new ChildProcess(fork(builder), log, stopSignal);
    }

    private static Process fork(ProcessBuilder builder) throws IOException {
        try {
            return FORKER.submit(builder::start).get();
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedStackException("interrupted", e);
        }
    }

    /** Whether the line came; false when the child ended first, or did not get there in time. */
    boolean awaitLine(String line, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            var alive = process.isAlive();
            if (output().contains(line)) return alive;
            if (!alive || Thread.currentThread().isInterrupted()) return false;
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        return false;
    }

    String output() throws IOException {
        return Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
    }

    String lastOutput() throws IOException {
        var lines = output().lines().toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
    }

    void stop() {
        if (!process.isAlive()) return;
        Orphan.signal(process.pid(), stopSignal);
        try {
            if (process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
