package io.couponrush.http;

import io.couponrush.tracing.CurrentTrace;
import io.couponrush.tracing.TraceParent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** What every exchange has, on the router and before it: an id, and headers that every answer carries. */
public final class Exchange {
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("X-Request-Id");
    private static final CharSequence NOSNIFF_NAME = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final int ID_MAX = 64;

    private Exchange() {}

    /**
     * Gives the answer its {@code X-Request-Id} and the headers that suit every answer.
     *
     * @return the id: the client's if it sent a sane one, else its trace's where there are traces, else new; also the {@code
     *     traceId} of the logs
     */
    public static String begin(HttpServerRequest request) {
        String sent = request.getHeader(REQUEST_ID);
        String id = sent != null && sane(sent) ? sent : newId();
        HttpServerResponse response = request.response();
        response.putHeader(REQUEST_ID, id).putHeader(NOSNIFF_NAME, NOSNIFF);
        return id;
    }

    private static boolean sane(String id) {
        if (id.isEmpty() || id.length() > ID_MAX) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!word && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static String newId() {
        CurrentTrace trace = CurrentTrace.get();
        return trace == null ? TraceParent.newTraceId() : trace.traceId();
    }
}
