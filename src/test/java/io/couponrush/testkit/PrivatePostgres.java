package io.couponrush.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.couponrush.backing.embedded.EmbeddedStack;
import io.couponrush.backing.embedded.EmbeddedStack.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A Postgres of the test's own, which it may kill and start again on its data: on another port each time. */
public final class PrivatePostgres implements AutoCloseable {
    private final Path directory;
    private EmbeddedStack stack;

    private PrivatePostgres(Path directory) {
        this.directory = directory;
        start();
    }

    /** With its data, and the server itself, in that directory. */
    public static PrivatePostgres start(Path directory) {
        return new PrivatePostgres(directory);
    }

    /** Its database, empty from the first start. */
    public String uri() {
        return stack.postgresUri();
    }

    /** Every process of it, as {@code kill -9} does. */
    public void dies() {
        ProcessHandle postmaster = ProcessHandle.of(pid()).orElseThrow();
        List<ProcessHandle> all =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(PrivatePostgres::awaitEnd);
        stack.close();
    }

    /** Recovers from its log what was committed. */
    public void start() {
        stack = EmbeddedStack.start(directory, EnumSet.of(Part.POSTGRES));
    }

    /** Keeps its data as they are, while it does not run: for {@link #restores}. */
    public void isBackedUp() {
        copy(data(), backup());
    }

    /** Its data are those of the backup again, while it does not run; all that came after is gone. */
    public void restores() {
        delete(data());
        copy(backup(), data());
    }

    /** How often since its last start. */
    public long saidInItsLog(String words) {
        try (var lines = Files.lines(directory.resolve("postgres").resolve("postgres.log"))) {
            return lines.filter(line -> line.contains(words)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path data() {
        return directory.resolve("postgres").resolve("data");
    }

    private Path backup() {
        return directory.resolve("postgres").resolve("backup");
    }

    private long pid() {
        try (var lines = Files.lines(data().resolve("postmaster.pid"))) {
            return Long.parseLong(lines.findFirst().orElseThrow().strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(10, SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("process " + process.pid() + " does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Path from, Path to) {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                Files.setAttribute(copy, "unix:uid", Files.getAttribute(file, "unix:uid"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path tree) {
        try (var files = Files.walk(tree)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stack.close();
    }
}
