package io.couponrush.http;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The text of {@code openapi.yaml}, and its schemas with every reference resolved. */
final class ContractDocument {
    private static final String RESOURCE = "/openapi.yaml";
    private static final String SCHEMAS = "#/components/schemas/";
    private static final int DEPTH = 32;

    private final byte[] text;
    private final JsonObject schemas;

    ContractDocument(byte[] text, JsonObject root) {
        this.text = text;
        this.schemas = root.getJsonObject("components").getJsonObject("schemas");
    }

    static ContractDocument load() {
        try (InputStream in = Objects.requireNonNull(ContractDocument.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            byte[] text = in.readAllBytes();
            @SuppressWarnings("unchecked") // a YAML mapping whose keys are names
            Map<String, Object> root = new YAMLMapper().readValue(text, Map.class);
            return new ContractDocument(text, new JsonObject(root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Buffer text() {
        return Buffer.buffer(text);
    }

    /** A copy of the schema of that name without references. */
    JsonObject schema(String name) {
        JsonObject schema = schemas.getJsonObject(name);
        if (schema == null) {
            throw new IllegalArgumentException("openapi.yaml has no schema " + name);
        }
        return resolved(schema, 0);
    }

    private JsonObject resolved(JsonObject schema, int depth) {
        if (depth > DEPTH) {
            throw new IllegalArgumentException("openapi.yaml: schemas of bodies must not refer to themselves");
        }
        var all = new JsonObject();
        String ref = schema.getString("$ref");
        if (ref != null) {
            all.mergeIn(schema(ref, depth));
        }
        for (String key : schema.fieldNames()) {
            if (!key.equals("$ref")) {
                all.put(key, resolvedValue(schema.getValue(key), depth));
            }
        }
        return all;
    }

    private JsonObject schema(String ref, int depth) {
        JsonObject target = ref.startsWith(SCHEMAS) ? schemas.getJsonObject(ref.substring(SCHEMAS.length())) : null;
        if (target == null) {
            throw new IllegalArgumentException("openapi.yaml: nothing at " + ref);
        }
        return resolved(target, depth + 1);
    }

    private Object resolvedValue(Object value, int depth) {
        if (value instanceof JsonObject object) {
            return resolved(object, depth + 1);
        }
        if (value instanceof JsonArray array) {
            List<Object> items =
                    array.stream().map(item -> resolvedValue(item, depth + 1)).toList();
            return new JsonArray(items);
        }
        return value;
    }
}
