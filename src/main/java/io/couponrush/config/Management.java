package io.couponrush.config;

/**
 * Where operators find health and metrics.
 *
 * @param port 0 is the port of clients; else it is this one, in plain text, whatever the roles
 */
public record Management(@Default("127.0.0.1") String host, @Default("0") int port) {
    public Management {
        Rules.of("management").range("port", port, 0, 65_535).check();
    }

    /** Whether they have a port of their own. */
    public boolean isApart() {
        return port > 0;
    }
}
