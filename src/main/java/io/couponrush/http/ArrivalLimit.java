package io.couponrush.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Fails a routed request with 408 when its body takes too long to arrive. */
final class ArrivalLimit implements Handler<RoutingContext> {
    private final Vertx vertx;
    private final Duration timeout;

    ArrivalLimit(Vertx vertx, Duration timeout) {
        this.vertx = vertx;
        this.timeout = timeout;
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (hasBody(ctx.request())) {
            long timer = vertx.setTimer(timeout.toMillis(), late -> check(ctx));
            ctx.addEndHandler(answered -> {
                boolean unused = vertx.cancelTimer(timer);
            });
        }
        ctx.next();
    }

    private static void check(RoutingContext ctx) {
        if (!ctx.request().isEnded() && !ctx.response().ended()) {
            ctx.fail(ProblemCode.REQUEST_TIMEOUT.status());
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        return Hangup.isOneOfMany(request) // there a body need not be announced
                || request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }
}
