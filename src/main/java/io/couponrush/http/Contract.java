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
        Checker checker = checker(schema); // one per route and event loop
        return ctx -> read(ctx, checker);
    }

    /** For who reads the body without a router. */
    public Checker checker(String schema) {
        return new Checker(new BodySchema(document.schema(schema)));
    }

    /** Holds bodies to one schema. Belongs to one event loop. */
    public static final class Checker {
        private final BodySchema schema;

        private Checker(BodySchema schema) {
            this.schema = schema;
        }

        /** The body as a strict JSON object of the schema, or what is wrong with it. */
        public Answer<JsonObject> check(Buffer bytes) {
            try {
                JsonObject body = StrictJson.object(bytes);
                List<FieldError> errors = schema.errors(body);
                return errors.isEmpty() ? Answer.given(body) : Answer.denied(Problem.invalid(errors));
            } catch (StrictJson.Malformed e) {
                return Answer.denied(Problem.invalid("body", e.reason()));
            }
        }
    }

    /** The body behind {@link #body}. */
    public static JsonObject body(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.get(BODY), "route without a body in the contract");
    }

    private static void read(RoutingContext ctx, Checker checker) {
        if (!MediaType.isJson(ctx.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
            Replies.deny(ctx, Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE));
            return;
        }
        Answer<JsonObject> checked = checker.check(bytes(ctx));
        if (checked instanceof Answer.Given<JsonObject> body) {
            ctx.put(BODY, body.value()).next();
        } else {
            Replies.deny(ctx, ((Answer.Denied<JsonObject>) checked).problem());
        }
    }

    private static Buffer bytes(RoutingContext ctx) {
        Buffer body = ctx.body().buffer();
        return body == null ? Buffer.buffer() : body;
    }
}
