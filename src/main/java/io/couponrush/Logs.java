package io.couponrush;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.status.OnErrorConsoleStatusListener;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import ch.qos.logback.core.status.StatusManager;
import net.logstash.logback.status.LevelFilteringStatusListener;
import org.slf4j.LoggerFactory;

/** Where log lines go and what they look like; {@code logback.xml} holds the two forms. Set before the first logger is made. */
final class Logs {
    private Logs() {}

    /** For a person at a terminal: a line each, on stderr. */
    static void readable() {
        use("console");
    }

    /** For a collector: a JSON object each, on stdout. What is wrong with the log itself, as that lines were dropped: stderr. */
    static void json() {
        use("json");
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context)
            context.getStatusManager().add(faults());
    }

    /** Writes what is still queued. What is logged later is not written, and nobody is told. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) stop(context);
        System.out.flush();
        System.err.flush();
    }

    static void stop(LoggerContext context) {
        StatusManager told = context.getStatusManager();
        told.getCopyOfStatusListenerList().forEach(told::remove);
        context.stop();
    }

    private static StatusListener faults() {
        var stderr = new OnErrorConsoleStatusListener();
        stderr.start();
        var faults = new LevelFilteringStatusListener();
        faults.setLevelValue(Status.WARN);
        faults.setDelegate(stderr);
        return faults;
    }

    private static void use(String form) {
        System.setProperty("couponrush.log", form);
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
        System.setProperty("hazelcast.logging.type", "slf4j");
        // Ours stops the cluster last, after the requests have drained.
        System.setProperty("hazelcast.shutdownhook.enabled", "false");
    }
}
