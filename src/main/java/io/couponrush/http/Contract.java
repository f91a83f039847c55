package io.couponrush.http;

import io.couponrush.http.Problem.FieldError;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;

/** The API document, {@code openapi.yaml}: what it says of a body is what a body must hold to. */
public final class Contract {
    private static final String BODY = Contract.class.getName() + ".body";

    private final ContractDocument document;

    public Contract() {
        this.document = ContractDocument.load();
    }

    /** The document as it is served. */
    public Buffer text() {
        return document.text();
    }

    /**
     * Reads the body as strict JSON and holds it to the document's schema of that name; else answers 400 or 415. A name
     * that the document does not have fails here, at start.
     */
    public Handler<RoutingContext> body(String schema) {
        var holdsTo = new BodySchema(document.schema(schema)); // one per route and event loop: it is not thread-safe
        return ctx -> read(ctx, holdsTo);
    }

    /** The body behind {@link #body}. */
    public static JsonObject body(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.get(BODY), "route without a body in the contract");
    }

    private static void read(RoutingContext ctx, BodySchema schema) {
        if (!MediaType.isJson(ctx.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
            Replies.deny(ctx, Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE));
            return;
        }
        try {
            JsonObject body = StrictJson.object(bytes(ctx));
            List<FieldError> errors = schema.errors(body);
            if (errors.isEmpty()) {
                ctx.put(BODY, body).next();
            } else {
                Replies.deny(ctx, Problem.invalid(errors));
            }
        } catch (StrictJson.Malformed e) {
            Replies.deny(ctx, Problem.invalid("body", e.reason()));
        }
    }

    private static Buffer bytes(RoutingContext ctx) {
        Buffer body = ctx.body().buffer();
        return body == null ? Buffer.buffer() : body;
    }
}
