package io.couponrush;

import io.couponrush.config.BadSettings;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a process that serves: starts parts in order, waits, stops them in reverse. SIGTERM and Ctrl-C stop it with
 * exit code 0; the last act is to halt, because what other hooks and threads still do must not change the code.
 */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final int LOST = 1;
    private static final int BAD_SETTINGS = 2;

    private final Deque<Part> started = new ArrayDeque<>();
    private final CountDownLatch startEnded = new CountDownLatch(1);
    private final PrintWriter err;
    private boolean stopping;

    Lifecycle(PrintWriter err) {
        this.err = err;
    }

    /** Returns the exit code when the start failed or the server is lost; a signal ends the process instead. */
    int run(Start start) {
        Thread hook = new Thread(this::stopOnRequest, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            start.with(this).await();
            throw new IllegalStateException("the server ended by itself");
        } catch (BadSettings e) {
            return stopped(hook, BAD_SETTINGS, String.valueOf(e.getMessage()));
        } catch (Throwable e) { // what Vert.x clients fail with may be a Throwable, but not an Exception
            return stopped(hook, LOST, "couponrush: " + Failures.inOneLine(e));
        }
    }

    /** Says how to stop what was just started; at once, when a signal came in the meantime. */
    synchronized void started(String name, Duration limit, Stop stop) {
        if (stopping) {
            close(new Part(name, limit, stop));
            throw new StoppedEarly();
        }
        started.push(new Part(name, limit, stop));
    }

    /** Says that no part is missing, so that a signal need not wait for the start to end. */
    void up() {
        startEnded.countDown();
    }

    /** After a signal nothing is said: what fails then fails because of it, and the hook stops the rest. */
    private int stopped(Thread hook, int code, String why) {
        startEnded.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException signalled) {
            return code;
        }
        err.println(why);
        stopAll();
        return code;
    }

    private void stopOnRequest() {
        LOG.atInfo().addKeyValue("action", "stop").log("stopping");
        synchronized (this) {
            stopping = true;
        }
        awaitStart();
        stopAll();
        LOG.atInfo().addKeyValue("action", "stop").log("stopped");
        Logs.flush();
        Runtime.getRuntime().halt(0);
    }

    private void awaitStart() {
        try {
            if (!startEnded.await(20, TimeUnit.SECONDS)) LOG.warn("the start did not end; stopping what is there");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopAll() {
        for (Part part = next(); part != null; part = next()) close(part);
    }

    private synchronized @Nullable Part next() {
        return started.poll();
    }

    private static void close(Part part) {
        try {
            part.stop().now().await(part.limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("{} did not stop within {} s", part.name(), part.limit().toSeconds());
        } catch (Throwable e) { // one part that cannot stop must not keep the others running
            LOG.warn("{} did not stop cleanly", part.name(), e);
        }
    }

    /** Starts the parts; the future completes when the server is lost. */
    @FunctionalInterface
    interface Start {
        Future<Void> with(Lifecycle lifecycle) throws Exception;
    }

    /** Stops one part. */
    @FunctionalInterface
    interface Stop {
        Future<Void> now() throws Exception;
    }

    private record Part(String name, Duration limit, Stop stop) {}

    private static final class StoppedEarly extends RuntimeException {
        private static final long serialVersionUID = 1;

        StoppedEarly() {
            super("stopped on request", null, false, false);
        }
    }
}
