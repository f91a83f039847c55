package io.couponrush.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What went wrong, as RFC 9457 tells it. The only place that writes an error answer.
 *
 * @param extras further members of the body, e.g. {@code couponCodes}
 * @param headers further headers, e.g. {@code Retry-After}
 */
public record Problem(
        ProblemCode code,
        String detail,
        List<FieldError> errors,
        Map<String, Object> extras,
        Map<String, String> headers) {
    private static final CharSequence MEDIA_TYPE = HttpHeaders.createOptimized("application/problem+json");

    /** One field that is wrong; {@code field} is its dotted path, {@code body} for the whole. */
    public record FieldError(String field, String message) {}

    public static Problem of(ProblemCode code) {
        return of(code, "");
    }

    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, List.of(), Map.of(), Map.of());
    }

    public static Problem invalid(List<FieldError> errors) {
        return new Problem(ProblemCode.VALIDATION_FAILED, "", List.copyOf(errors), Map.of(), Map.of());
    }

    public static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    public Problem with(String member, Object value) {
        return new Problem(code, detail, errors, added(extras, member, value), headers);
    }

    public Problem withHeader(String name, String value) {
        return new Problem(code, detail, errors, extras, added(headers, name, value));
    }

    public Problem retryAfter(long seconds) {
        return withHeader("Retry-After", Long.toString(Math.max(1, seconds)));
    }

    /** Answers the request, unless it has been answered already. */
    public void send(HttpServerResponse response, String requestId) {
        if (response.headWritten() || response.closed()) {
            return;
        }
        headers.forEach(response::putHeader);
        if (code == ProblemCode.UNAUTHENTICATED) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"couponrush\"");
        }
        response.setStatusCode(code.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                .end(isPlain() ? plainBody(requestId) : body(requestId).toBuffer())
                .onFailure(gone -> {}); // the client has left: nobody to tell
    }

    private boolean isPlain() {
        return detail.isEmpty() && errors.isEmpty() && extras.isEmpty();
    }

    /** The same as {@link #body} for a problem that says no more than its code; ids need no escaping. */
    Buffer plainBody(String requestId) {
        String open = code.plainBody();
        return Buffer.buffer(open.length() + requestId.length() + 2)
                .appendString(open)
                .appendString(requestId)
                .appendString("\"}");
    }

    JsonObject body(String requestId) {
        var body = new JsonObject()
                .put("type", "about:blank")
                .put("title", code.title())
                .put("status", code.status())
                .put("detail", detail.isEmpty() ? code.title() : detail)
                .put("code", code.name())
                .put("requestId", requestId);
        extras.forEach(body::put);
        if (!errors.isEmpty()) {
            var list = new JsonArray();
            errors.forEach(
                    e -> list.add(new JsonObject().put("field", e.field()).put("message", e.message())));
            body.put("errors", list);
        }
        return body;
    }

    private static <V> Map<String, V> added(Map<String, V> to, String key, V value) {
        var all = new LinkedHashMap<>(to);
        all.put(key, value);
        return all;
    }
}
