package io.couponrush.http;

import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/** The API document, {@code openapi.yaml}: what it says of a body is what a body must hold to. */
public final class Contract {
    private static final String BODY = Contract.class.getName() + ".body";

    /** Reads the body as strict JSON and holds it to the document's schema of that name; else answers 400 or 415. */
    public Handler<RoutingContext> body(String schema) {
        Objects.requireNonNull(schema);
        return ctx -> {
            try {
                ctx.put(BODY, StrictJson.object(ctx.body().buffer())).next();
            } catch (StrictJson.Malformed e) {
                Replies.deny(ctx, Problem.invalid("body", e.reason()));
            }
        };
    }

    /** The body behind {@link #body}. */
    public static JsonObject body(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.get(BODY), "route without a body in the contract");
    }
}
