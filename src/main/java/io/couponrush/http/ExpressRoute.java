package io.couponrush.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * One route that is served before the router is asked, because the crowd presses it: an exact method and path. The
 * handler answers everything itself, problems included, and keeps to what {@link Exchange} says every answer carries.
 */
public interface ExpressRoute {
    /** Gets ready; called once, on the event loop that will serve it, before the first request. */
    Future<Void> start();

    HttpMethod method();

    String path();

    void handle(HttpServerRequest request);
}
