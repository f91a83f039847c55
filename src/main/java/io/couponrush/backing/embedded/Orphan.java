package io.couponrush.backing.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A server of ours that outlived its JVM, found by the pid file it wrote itself. */
final class Orphan {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Orphan() {}

    /**
     * Stops the process named on the first line of the pid file, if its command line carries {@code mark}. A pid that
     * belongs to somebody else by now makes the pid file stale: it goes. Call this only under the data directory's
     * lock.
     */
    static void stop(Path pidFile, String mark, String signal) throws IOException {
        var process = DataDir.read(pidFile, "").lines().findFirst().flatMap(Orphan::alive);
        if (process.isEmpty()) return;
        if (!carries(process.get(), mark)) {
            Files.deleteIfExists(pidFile);
            return;
        }
        signal(process.get().pid(), signal);
        if (gone(process.get(), mark)) return;
        signal(process.get().pid(), "KILL");
        if (!gone(process.get(), mark)) {
            throw new EmbeddedStackException("process " + process.get().pid()
                    + " of an earlier start still runs and cannot be stopped: " + mark);
        }
    }

    static void signal(long pid, String signal) {
        var unused = Command.run(List.of("sh", "-c", "kill -" + signal + " " + pid)); // it may be gone already
    }

    private static Optional<ProcessHandle> alive(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid.strip())).filter(ProcessHandle::isAlive);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Asks the command line, as a dead child that nobody has waited for still counts as alive. */
    private static boolean gone(ProcessHandle process, String mark) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && carries(process, mark)) {
            if (System.nanoTime() > deadline) return false;
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return true;
    }

    private static boolean carries(ProcessHandle process, String mark) {
        return commandLine(process).contains(mark);
    }

    private static String commandLine(ProcessHandle process) {
        try {
            var bytes = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return new String(bytes, StandardCharsets.UTF_8).replace('\0', ' ');
        } catch (IOException e) {
            return process.info().commandLine().orElse("");
        }
    }
}
