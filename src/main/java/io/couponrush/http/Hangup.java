package io.couponrush.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * Answers a request whose rest nobody wants, and closes its connection, or on HTTP/2 its stream: a client that is still
 * writing gets a moment to read the answer, since closing on unread bytes would reset the connection and lose it.
 */
final class Hangup {
    private static final long LINGER_MILLIS = 500;

    /** Of streams of HTTP/2. */
    private static final long NO_ERROR = 0;

    private static final long FAILED = 2;

    private Hangup() {}

    static void with(Problem problem, HttpServerRequest request, String requestId) {
        if (!request.response().headWritten() && !isOneOfMany(request)) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (request.isEnded()) {
            problem.send(request.response(), requestId);
            close(request);
            return;
        }
        dropRest(request);
        problem.send(request.response(), requestId);
    }

    /** The same once somebody has answered before the body was there, and told the client that the connection goes. */
    static void afterAnswer(HttpServerRequest request) {
        if (request.isEnded()) {
            close(request);
        } else {
            dropRest(request);
        }
    }

    private static void dropRest(HttpServerRequest request) {
        request.exceptionHandler(gone -> {});
        request.handler(unwanted -> {});
        request.endHandler(end -> close(request));
        request.resume();
        Vertx vertx = Vertx.currentContext().owner();
        vertx.setTimer(LINGER_MILLIS, late -> close(request));
    }

    /** For answers that cannot be completed. */
    static void breakOff(HttpServerRequest request) {
        end(request, FAILED);
    }

    /** On HTTP/2 others share the connection, and it goes on. */
    static boolean isOneOfMany(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2;
    }

    private static void close(HttpServerRequest request) {
        end(request, NO_ERROR);
    }

    private static void end(HttpServerRequest request, long streamError) {
        var ended = isOneOfMany(request)
                ? request.response().reset(streamError)
                : request.connection().close();
        ended.onFailure(gone -> {}); // closed already
    }
}
