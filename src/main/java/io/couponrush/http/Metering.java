package io.couponrush.http;

import io.couponrush.tracing.CurrentTrace;
import io.couponrush.tracing.Span;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measures each answer under its route's template; answers that no route gave are one series, {@code none}. */
final class Metering {
    private static final String NONE = "none";

    private final Map<String, RequestMeter.Route> routes = new HashMap<>();
    private final RequestMeter meter;
    private final RouteTable table;

    Metering(RequestMeter meter, RouteTable table) {
        this.meter = meter;
        this.table = table;
        routes.put(NONE, meter.route(NONE));
    }

    /** Makes the series of all routes that are mounted, so that they are there before the first request. */
    void register(Router router) {
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null) {
                routes.computeIfAbsent(route.getPath(), meter::route);
            }
        }
    }

    RequestMeter.Route express(String path) {
        return routes.computeIfAbsent(path, meter::route);
    }

    /** Takes the response's end handler. */
    static void time(HttpServerRequest request, RequestMeter.Route route) {
        long start = System.nanoTime();
        HttpServerResponse response = request.response();
        response.endHandler(end -> route.answered(response.getStatusCode(), System.nanoTime() - start));
    }

    void time(RoutingContext ctx) {
        long start = System.nanoTime();
        ctx.addEndHandler(end -> of(ctx).answered(ctx.response().getStatusCode(), System.nanoTime() - start));
        Span span = CurrentTrace.sampled();
        if (span != null) { // it ends before the end handlers run
            ctx.addHeadersEndHandler(answered -> name(span, ctx.request().method(), path(ctx)));
        }
        ctx.next();
    }

    /** Calls the span of a request by its route. */
    static void name(@Nullable Span span, HttpMethod method, @Nullable String route) {
        if (span != null && route != null) {
            span.named(method.name() + " " + route).with("http.route", route);
        }
    }

    private RequestMeter.Route of(RoutingContext ctx) {
        String path = path(ctx);
        return routes.computeIfAbsent(path == null ? NONE : path, meter::route);
    }

    private @Nullable String path(RoutingContext ctx) {
        return ctx.failed() ? failed(ctx) : answered(ctx);
    }

    private static @Nullable String answered(RoutingContext ctx) {
        Route route = ctx.currentRoute();
        return route == null ? null : route.getPath();
    }

    /** A failure leaves the route that failed for the one that handles failures. */
    private @Nullable String failed(RoutingContext ctx) {
        return table.template(ctx.request().method(), ctx.request().path());
    }
}
