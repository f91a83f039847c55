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
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code openapi.yaml} says of one operation beside its name.
 *
 * @param statuses that it documents
 * @param parameters of the path, the query and the headers
 * @param schema name of the schema of its JSON body; null if it takes none
 * @param body schemas of the members of its JSON body by name; null if it takes none
 * @param example of a body
 */
public record Described(
        Operation operation,
        Set<Integer> statuses,
        List<Parameter> parameters,
        String schema,
        Map<String, JsonNode> body,
        JsonNode example) {

    /**
     * One parameter.
     *
     * @param in path, query or header
     */
    public record Parameter(String name, String in, JsonNode schema) {}

    /** All operations, in the order of the document. */
    public static List<Described> all() {
        JsonNode document = document();
        return Operation.all().stream()
                .map(operation -> of(operation, document))
                .toList();
    }

    @Override
    public String toString() {
        return operation.toString();
    }

    private static Described of(Operation operation, JsonNode document) {
        JsonNode path = document.get("paths").get(operation.path());
        JsonNode verb = path.get(operation.method().toLowerCase(Locale.ROOT));
        Set<Integer> statuses = new TreeSet<>();
        verb.get("responses").fieldNames().forEachRemaining(status -> statuses.add(Integer.parseInt(status)));
        List<Parameter> parameters = new ArrayList<>();
        for (JsonNode holder : List.of(path, verb)) {
            for (JsonNode each : holder.path("parameters")) {
                JsonNode parameter = resolved(each, document);
                parameters.add(new Parameter(
                        parameter.get("name").asText(),
                        parameter.get("in").asText(),
                        resolved(parameter.path("schema"), document)));
            }
        }
        if (!verb.has("requestBody")) return new Described(operation, statuses, parameters, null, null, null);
        JsonNode content = resolved(verb.get("requestBody"), document).at("/content/application~1json");
        if (content.isMissingNode()) return new Described(operation, statuses, parameters, null, null, null);
        Map<String, JsonNode> body = new TreeMap<>();
        JsonNode schema = resolved(content.get("schema"), document);
        schema.path("properties")
                .properties()
                .forEach(member -> body.put(member.getKey(), resolved(member.getValue(), document)));
        String name = content.get("schema").path("$ref").asText();
        return new Described(
                operation,
                statuses,
                parameters,
                name.substring(name.lastIndexOf('/') + 1),
                body,
                content.path("example"));
    }

    private static JsonNode resolved(JsonNode node, JsonNode document) {
        return node.has("$ref") ? resolved(document.at(node.get("$ref").asText().substring(1)), document) : node;
    }

    private static JsonNode document() {
        try (InputStream in = Described.class.getResourceAsStream("/openapi.yaml")) {
            return new YAMLMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
