package io.couponrush.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * The bare Vert.x POST: reads the JSON body, answers 201 with a body as long as a coupon's, and does nothing else. The most
 * that this machine could answer.
 */
final class BareServer {
    private final Buffer coupon;

    private BareServer(int length) {
        coupon = Buffer.buffer(" ".repeat(length));
    }

    /** Arguments: port, length of the body to answer. */
    public static void main(String[] args) {
        var bare = new BareServer(Integer.parseInt(args[1]));
        ReferenceServer.start(Vertx.vertx(), Integer.parseInt(args[0]), () -> bare::answer);
    }

    private void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            boolean claim = body.toJsonObject().getLong("eventId") != null;
            request.response()
                    .setStatusCode(claim ? 201 : 400)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(coupon);
        });
    }
}
