package io.couponrush.http;

import io.couponrush.http.Problem.FieldError;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one schema of the contract says of a body: every wrong field once, in words for the client. */
final class BodySchema {
    private static final int TOLD = 100;
    private static final int DIGITS = 24;

    private final JsonObject schema;
    private final Validator validator;

    /** Takes a schema without references, and owns it. */
    BodySchema(JsonObject schema) {
        this.schema = schema;
        this.validator = Validator.create(
                JsonSchema.of(asItReads(schema.copy())),
                new JsonSchemaOptions()
                        .setBaseUri("app://couponrush/")
                        .setDraft(Draft.DRAFT202012)
                        .setOutputFormat(OutputFormat.Basic),
                (type, format, value) -> Formats.fault(format, value));
    }

    List<FieldError> errors(JsonObject body) {
        OutputUnit result = validator.validate(screened(body));
        if (result.getValid()) {
            return List.of();
        }
        Map<String, String> errors = new LinkedHashMap<>();
        List<OutputUnit> units = result.getErrors();
        if (units != null) {
            units.forEach(unit -> tell(errors, unit, body));
        }
        if (errors.isEmpty()) {
            errors.put("body", "is not valid");
        }
        return errors.entrySet().stream()
                .limit(TOLD)
                .map(e -> new FieldError(e.getKey(), e.getValue()))
                .toList();
    }

    private void tell(Map<String, String> errors, OutputUnit unit, JsonObject body) {
        String keyword =
                unit.getKeywordLocation().substring(unit.getKeywordLocation().lastIndexOf('/') + 1);
        List<String> path = path(unit.getInstanceLocation(), keyword.equals("additionalProperties"));
        Object value = body;
        JsonObject at = schema;
        for (String step : path) {
            value = Words.childOf(value, step);
            at = Words.schemaOf(at, step);
        }
        String field = String.join(".", path);
        if (value instanceof JsonObject object && keyword.equals("required")) {
            Words.missing(at, object).forEach(name -> errors.putIfAbsent(under(field, name), "is required"));
        } else if (value instanceof JsonObject object && keyword.equals("additionalProperties")) {
            Words.unknown(at, object).forEach(name -> errors.putIfAbsent(under(field, name), "is not known here"));
        } else {
            String message = Words.of(keyword, at, value);
            if (message != null) {
                errors.putIfAbsent(field.isEmpty() ? "body" : field, message);
            }
        }
    }

    private static String under(String field, String name) {
        return field.isEmpty() ? name : field + "." + name;
    }

    /** The steps of a pointer; the parent's where the library points at the surplus member itself. */
    private static List<String> path(String pointer, boolean parent) {
        if (pointer.length() < 2) {
            return List.of();
        }
        List<String> steps = List.of(pointer.substring(2).split("/", -1));
        return parent ? steps.subList(0, steps.size() - 1) : steps;
    }

    /**
     * Without numbers whose exponent alone would keep the arithmetic of the validator busy for minutes: null is refused
     * in their place.
     */
    private static JsonObject screened(JsonObject body) {
        var copy = new JsonObject();
        for (String name : body.fieldNames()) {
            copy.put(name, screened(body.getValue(name)));
        }
        return copy;
    }

    private static @Nullable Object screened(@Nullable Object value) {
        if (value instanceof BigDecimal number && Math.abs((long) number.scale()) > DIGITS) {
            return null;
        }
        if (value instanceof JsonObject object) {
            return screened(object);
        }
        if (value instanceof JsonArray array) {
            var copy = new JsonArray();
            array.forEach(item -> copy.add(screened(item)));
            return copy;
        }
        return value;
    }

    /**
     * In Java {@code $} also matches before a last line break; in JSON Schema it does not. The library's own look at an e-mail
     * fails on an empty one.
     */
    private static JsonObject asItReads(JsonObject schema) {
        for (String key : schema.fieldNames()) {
            Object value = schema.getValue(key);
            if (value instanceof JsonObject object) {
                schema.put(key, asItReads(object));
            } else if (key.equals("pattern") && value instanceof String pattern && pattern.endsWith("$")) {
                schema.put(key, pattern.substring(0, pattern.length() - 1) + "\\z");
            } else if (key.equals("format") && "email".equals(value)) {
                schema.put(key, Formats.ADDRESS);
            }
        }
        return schema;
    }
}
