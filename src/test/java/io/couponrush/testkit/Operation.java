package io.couponrush.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One operation of {@code openapi.yaml}.
 *
 * @param permission the one it needs, or null
 * @param open whether it asks for no token, or not of everybody
 * @param success the first status that the document promises
 */
public record Operation(String method, String path, String permission, boolean open, int success) {
    private static final Set<String> VERBS = Set.of("get", "put", "post", "patch", "delete", "head", "options");

    /** All of them, in the order of the document. */
    public static List<Operation> all() {
        try (InputStream in = Operation.class.getResourceAsStream("/openapi.yaml")) {
            JsonNode paths =
                    new YAMLMapper().readTree(Objects.requireNonNull(in)).get("paths");
            List<Operation> all = new ArrayList<>();
            for (Map.Entry<String, JsonNode> path : paths.properties()) {
                for (Map.Entry<String, JsonNode> verb : path.getValue().properties()) {
                    if (VERBS.contains(verb.getKey())) all.add(of(verb.getKey(), path.getKey(), verb.getValue()));
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return method + " " + path;
    }

    private static Operation of(String verb, String path, JsonNode operation) {
        JsonNode permission = operation.get("x-permission");
        return new Operation(
                verb.toUpperCase(Locale.ROOT),
                path,
                permission == null ? null : permission.asText(),
                operation.has("security"),
                Integer.parseInt(operation.get("responses").fieldNames().next()));
    }
}
