package io.couponrush.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;

/** Answers what the decoder could not make a request of, and closes: what follows on that connection means nothing. */
final class InvalidRequests {
    private InvalidRequests() {}

    static void refuse(HttpServerRequest request) {
        String requestId = Exchange.begin(request);
        Hangup.with(problem(request.decoderResult().cause()), request, requestId);
    }

    /** Framing that two readers could read in two ways is how requests are smuggled past a proxy. */
    static void refuseFraming(HttpServerRequest request) {
        Hangup.with(notHttp(), request, Exchange.begin(request));
    }

    static void refuseLine(HttpServerRequest request) {
        Hangup.with(Problem.of(ProblemCode.URI_TOO_LONG), request, Exchange.begin(request));
    }

    private static Problem problem(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(ProblemCode.URI_TOO_LONG);
        }
        return cause instanceof TooLongHttpHeaderException ? Problem.of(ProblemCode.HEADERS_TOO_LARGE) : notHttp();
    }

    private static Problem notHttp() {
        return Problem.invalid("request", "is not valid HTTP");
    }
}
