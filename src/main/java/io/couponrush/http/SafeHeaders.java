package io.couponrush.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Headers that keep browsers from doing more with an answer than it is for. A route may set its own instead. */
final class SafeHeaders {
    private static final CharSequence FRAMES = HttpHeaders.createOptimized("X-Frame-Options");
    private static final CharSequence DENY = HttpHeaders.createOptimized("DENY");
    private static final CharSequence REFERRER = HttpHeaders.createOptimized("Referrer-Policy");
    private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
    private static final CharSequence CSP = HttpHeaders.createOptimized("Content-Security-Policy");
    private static final CharSequence FOR_DATA =
            HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'");
    private static final CharSequence FOR_PAGES = HttpHeaders.createOptimized(
            "default-src 'self'; base-uri 'none'; " + "form-action 'self'; frame-ancestors 'none'; object-src 'none'");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    private SafeHeaders() {}

    static void add(RoutingContext ctx) {
        HttpServerResponse response = ctx.response();
        response.putHeader(FRAMES, DENY).putHeader(REFERRER, NO_REFERRER);
        if (ctx.request().path().startsWith("/api/")) {
            response.putHeader(CSP, FOR_DATA).putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
        } else {
            response.putHeader(CSP, FOR_PAGES);
        }
        ctx.next();
    }
}
