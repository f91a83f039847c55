package io.couponrush.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Answers a request whose rest nobody wants, and closes its connection: a client that is still writing gets a moment to
 * read the answer, since closing on unread bytes would reset the connection and lose it.
 */
final class Hangup {
    private static final long LINGER_MILLIS = 500;

    private Hangup() {}

    static void with(Problem problem, HttpServerRequest request, String requestId) {
        if (!request.response().headWritten()) {
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

    private static void close(HttpServerRequest request) {
        request.connection().close().onFailure(gone -> {}); // closed already
    }
}
