package io.couponrush.ops;

import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Health and metrics, for probes and Prometheus. */
public final class ManagementRoutes implements Routes {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";
    private static final JsonObject ALIVE = new JsonObject().put("status", "UP").put("checks", new JsonArray());

    private final PrometheusMeterRegistry registry;
    private final Health health;

    public ManagementRoutes(PrometheusMeterRegistry registry, Health health) {
        this.registry = registry;
        this.health = health;
    }

    @Override
    public void mount(Router router) {
        router.get("/health/live").handler(ManagementRoutes::live);
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::metrics);
    }

    private static void live(RoutingContext ctx) {
        uncached(ctx);
        Replies.json(ctx, 200, ALIVE);
    }

    private void ready(RoutingContext ctx) {
        uncached(ctx);
        health.ready()
                .onSuccess(report -> Replies.json(ctx, report.ready() ? 200 : 503, report.body()))
                .onFailure(ctx::fail);
    }

    private void metrics(RoutingContext ctx) {
        uncached(ctx);
        ctx.vertx()
                .executeBlocking(registry::scrape, false)
                .onSuccess(text -> ctx.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, TEXT_FORMAT)
                        .end(text)
                        .onFailure(gone -> {}))
                .onFailure(ctx::fail);
    }

    private static void uncached(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
