package io.couponrush.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** How routes answer: JSON, nothing, or a problem. */
public final class Replies {
    private static final String REQUEST_ID = "requestId";

    private Replies() {}

    public static <T> void json(
            RoutingContext ctx, int status, Future<Answer<T>> answer, Function<T, JsonObject> body) {
        answer.onSuccess(a -> {
                    if (a instanceof Answer.Given<T> given) {
                        json(ctx, status, body.apply(given.value()));
                    } else {
                        deny(ctx, ((Answer.Denied<T>) a).problem());
                    }
                })
                .onFailure(ctx::fail);
    }

    public static void json(RoutingContext ctx, int status, JsonObject body) {
        ctx.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body.toBuffer())
                .onFailure(gone -> {}); // the client has left
    }

    public static <T> void noContent(RoutingContext ctx, Future<Answer<T>> answer) {
        answer.onSuccess(a -> {
                    if (a instanceof Answer.Denied<T> denied) {
                        deny(ctx, denied.problem());
                    } else {
                        ctx.response().setStatusCode(204).end().onFailure(gone -> {});
                    }
                })
                .onFailure(ctx::fail);
    }

    public static void deny(RoutingContext ctx, Problem problem) {
        problem.send(ctx.response(), requestId(ctx));
    }

    /** Ends an answer that cannot go on. A list that breaks off must not look complete: its connection, or on HTTP/2 its stream, is closed. */
    public static void breakOff(RoutingContext ctx, Throwable failure) {
        if (ctx.response().headWritten()) {
            Hangup.breakOff(ctx.request());
        } else {
            ctx.fail(failure);
        }
    }

    static void begin(RoutingContext ctx) {
        ctx.put(REQUEST_ID, Exchange.begin(ctx.request())).next();
    }

    /** The id of this exchange, for logs and problems. */
    public static String requestId(RoutingContext ctx) {
        String id = ctx.get(REQUEST_ID);
        return id == null ? "" : id;
    }
}
