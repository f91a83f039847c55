package io.couponrush.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in plain words what a keyword of a schema asks for. */
final class Words {
    private Words() {}

    /** Null where another unit of the same answer says it better. */
    static @Nullable String of(String keyword, JsonObject schema, @Nullable Object value) {
        Object asked = schema.getValue(keyword);
        return switch (keyword) {
            case "type" -> value instanceof BigDecimal ? number(schema) : "must be " + type(String.valueOf(asked));
            case "enum" -> "must be " + oneOf((JsonArray) asked);
            case "minimum" -> "must be at least " + asked;
            case "maximum" -> "must be at most " + asked;
            case "exclusiveMinimum" -> "must be greater than " + asked;
            case "minLength" -> Integer.valueOf(1).equals(asked)
                    ? "must not be empty"
                    : "must have at least " + asked + " characters";
            case "maxLength" -> "must have at most " + asked + " characters";
            case "pattern" -> "\\S".equals(asked) ? "must not be blank" : "must match " + asked;
            case "format" -> format(String.valueOf(asked), value);
            case "minProperties" -> "must have at least one field";
            case "minItems" -> "must have at least " + asked + " items";
            case "maxItems" -> "must have at most " + asked + " items";
            default -> null;
        };
    }

    static List<String> missing(JsonObject schema, JsonObject value) {
        return schema.getJsonArray("required").stream()
                .map(String::valueOf)
                .filter(name -> !value.containsKey(name))
                .toList();
    }

    static List<String> unknown(JsonObject schema, JsonObject value) {
        JsonObject known = schema.getJsonObject("properties", new JsonObject());
        return value.fieldNames().stream()
                .filter(name -> !known.containsKey(name))
                .toList();
    }

    static @Nullable Object childOf(@Nullable Object value, String step) {
        if (value instanceof JsonObject object) {
            return object.getValue(step);
        }
        return value instanceof JsonArray array ? array.getValue(Integer.parseInt(step)) : null;
    }

    static JsonObject schemaOf(JsonObject schema, String step) {
        JsonObject properties = schema.getJsonObject("properties");
        JsonObject child = properties == null ? schema.getJsonObject("items") : properties.getJsonObject(step);
        return child == null ? new JsonObject() : child;
    }

    private static String number(JsonObject schema) {
        return "integer".equals(schema.getString("type"))
                ? "must be a whole number, without a point or an exponent"
                : "is out of range";
    }

    private static String type(String type) {
        return switch (type) {
            case "string" -> "a string";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            case "array" -> "a list";
            default -> "an object";
        };
    }

    private static String oneOf(JsonArray values) {
        return values.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", values.size() == 1 ? "" : "one of ", ""));
    }

    private static String format(String format, @Nullable Object value) {
        return switch (format) {
            case "email" -> Formats.EMAIL;
            case "date-time" -> Formats.INSTANT;
            default -> {
                String fault = Formats.fault(format, value);
                yield fault == null ? "must be in the format " + format : fault;
            }
        };
    }
}
