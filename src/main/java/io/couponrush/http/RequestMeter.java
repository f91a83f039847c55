package io.couponrush.http;

/** Counts and times the answers of each route. Asked for a route once, when it is mounted. */
@FunctionalInterface
public interface RequestMeter {
    /** Measures nothing. */
    RequestMeter NONE = path -> (status, nanos) -> {};

    Route route(String path);

    /** One route's answers. Called on the event loop for each, so it must be cheap. */
    @FunctionalInterface
    interface Route {
        void answered(int status, long nanos);
    }
}
