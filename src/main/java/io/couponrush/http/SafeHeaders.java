package io.couponrush.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

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
    private static final CharSequence HSTS = HttpHeaders.createOptimized("Strict-Transport-Security");

    /** Of this host alone: others of its domain may have their reasons. */
    private static final CharSequence A_YEAR = HttpHeaders.createOptimized("max-age=31536000");

    private final boolean encrypted;
    private final ClientAddress clients;

    /**
     * Makes them for one server.
     *
     * @param encrypted whether it speaks nothing but TLS
     * @param clients knows the proxies that may say so
     */
    SafeHeaders(boolean encrypted, ClientAddress clients) {
        this.encrypted = encrypted;
        this.clients = clients;
    }

    /** Before anybody answers; the names and values are made once. */
    void add(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.putHeader(FRAMES, DENY).putHeader(REFERRER, NO_REFERRER);
        if (request.path().startsWith("/api/")) {
            response.putHeader(CSP, FOR_DATA).putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
        } else {
            response.putHeader(CSP, FOR_PAGES);
        }
        if (encrypted || clients.saysHttps(request)) {
            response.putHeader(HSTS, A_YEAR);
        }
    }
}
