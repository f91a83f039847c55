package io.couponrush.http;

/** Counts and times the answers of each route, and counts connections. Asked for a route once, when it is mounted. */
@FunctionalInterface
public interface RequestMeter {
    /** Measures nothing. */
    RequestMeter NONE = path -> (status, nanos) -> {};

    Route route(String path);

    /** A connection was opened, 1, or has gone, -1. From any thread. */
    default void connections(int change) {}

    /** A connection was closed without an answer. From any thread. */
    default void cut(Connections.Cut why) {}

    /** One route's answers. Called on the event loop for each, so it must be cheap. */
    @FunctionalInterface
    interface Route {
        void answered(int status, long nanos);
    }
}
