package io.couponrush.bench;

import io.vertx.core.Vertx;

/** Takes whatever is posted to it, says 200, and forgets it: the cheapest collector there is. Its port is the argument. */
final class TraceSink {
    private TraceSink() {}

    public static void main(String[] args) {
        Vertx.vertx()
                .createHttpServer()
                .requestHandler(request ->
                        request.end().onSuccess(read -> request.response().end()))
                .listen(Integer.parseInt(args[0]), "127.0.0.1")
                .onSuccess(listening -> System.out.println("listening"))
                .await();
    }
}
