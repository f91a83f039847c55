package io.couponrush;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** Where log lines go and what they look like; {@code logback.xml} holds the two forms. Set before the first logger is made. */
final class Logs {
    private Logs() {}

    /** For a person at a terminal: a line each, on stderr. */
    static void readable() {
        use("console");
    }

    /** For a collector: a JSON object each, on stdout. */
    static void json() {
        use("json");
    }

    /** Writes what is still queued. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) context.stop();
        System.out.flush();
        System.err.flush();
    }

    private static void use(String form) {
        System.setProperty("couponrush.log", form);
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
        System.setProperty("hazelcast.logging.type", "slf4j");
        // Ours stops the cluster last, after the requests have drained.
        System.setProperty("hazelcast.shutdownhook.enabled", "false");
    }
}
