package io.couponrush.backing.embedded;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real Postgres, Redis and AMQP broker on free loopback ports, with their data in one directory; owns their life.
 *
 * <p>Everything here blocks: call it off the event loop. There is no shutdown hook: whoever starts it closes it, after
 * its own last use. A JVM that dies without that takes the servers along where the OS can do so (Linux); elsewhere the
 * next start in the same directory stops them.
 */
public final class EmbeddedStack implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedStack.class);

    /** What can be started, and the setting that makes it unnecessary. */
    public enum Part {
        POSTGRES("COUPONRUSH_POSTGRES_URI"),
        REDIS("COUPONRUSH_REDIS_URI"),
        BROKER("COUPONRUSH_RABBITMQ_URI");

        private final String setting;

        Part(String setting) {
            this.setting = setting;
        }
    }

    private final DataDir data;
    private final Map<Part, RunningPart> running = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedStack(DataDir data) {
        this.data = data;
    }

    /** Starts the parts side by side, all or none. */
    public static EmbeddedStack start(Path dataDir, Set<Part> parts) {
        return start(dataDir, parts, uri -> {});
    }

    /**
     * Starts the parts side by side, all or none.
     *
     * @param database is given the URI of Postgres as soon as that runs, on another thread and while others still start;
     *     this waits for it, and fails with what it throws
     */
    public static EmbeddedStack start(Path dataDir, Set<Part> parts, Consumer<String> database) {
        var stack = new EmbeddedStack(DataDir.open(dataDir));
        try {
            stack.start(parts, database);
            return stack;
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    private void start(Set<Part> parts, Consumer<String> database) {
        var binaries = binaries();
        var failures = new ArrayList<EmbeddedStackException>();
        var starts = atOnce(
                parts.stream().map(part -> starting(part, binaries, database)).toList());
        int index = 0;
        for (var part : parts) {
            try {
                starts.get(index++).get();
            } catch (ExecutionException e) {
                failures.add(failure(part, e.getCause() == null ? e : e.getCause()));
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        if (failures.isEmpty()) return;
        throw new EmbeddedStackException(
                failures.stream().map(Throwable::getMessage).collect(joining(" ")), failures.get(0));
    }

    private Binaries binaries() {
        try {
            return new Binaries(data.directory("binaries"));
        } catch (IOException e) {
            throw new EmbeddedStackException("no place for the binaries: " + e, e);
        }
    }

    /** Noted as running by the thread that started it, so that none is forgotten when others fail. */
    private Callable<Boolean> starting(Part part, Binaries binaries, Consumer<String> database) {
        return () -> {
            var server = start(part, binaries);
            running.put(part, server);
            if (part == Part.POSTGRES) database.accept(server.uri());
            return true;
        };
    }

    private RunningPart start(Part part, Binaries binaries) throws IOException {
        return switch (part) {
            case POSTGRES -> EmbeddedPostgres.start(data, binaries);
            case REDIS -> EmbeddedRedis.start(data, binaries);
            case BROKER -> EmbeddedBroker.start(data);
        };
    }

    private EmbeddedStackException failure(Part part, Throwable cause) {
        if (running.containsKey(part)) return new EmbeddedStackException(String.valueOf(cause.getMessage()), cause);
        var why = cause instanceof EmbeddedStackException told ? told.getMessage() : cause.toString();
        return new EmbeddedStackException(
                "Embedded " + part + " did not start: " + why + ". To use a server of your own instead, set "
                        + part.setting + ".",
                cause);
    }

    /** Ends when all have ended, well or not. */
    private static <T> List<Future<T>> atOnce(List<Callable<T>> tasks) {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "embedded-stack");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return threads.invokeAll(tasks);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            threads.shutdown();
        }
    }

    private static EmbeddedStackException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new EmbeddedStackException("interrupted while waiting for the embedded servers", e);
    }

    public String postgresUri() {
        return uri(Part.POSTGRES);
    }

    public String redisUri() {
        return uri(Part.REDIS);
    }

    public String rabbitmqUri() {
        return uri(Part.BROKER);
    }

    private String uri(Part part) {
        var server = running.get(part);
        if (server == null) throw new IllegalStateException(part + " was not started");
        return server.uri();
    }

    /** Stops what runs, in order and within half a minute; a second call does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        var interrupted = Thread.interrupted(); // stopping is waiting, so that one has to wait
        try {
            for (var stop : atOnce(
                    running.values().stream().map(EmbeddedStack::stopping).toList())) stop.get();
        } catch (ExecutionException e) {
            LOG.warn("an embedded server did not stop in order", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            data.release();
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private static Callable<Boolean> stopping(RunningPart part) {
        return () -> {
            part.stop();
            return true;
        };
    }
}
