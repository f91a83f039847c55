package io.couponrush.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What conf/ has Prometheus and Grafana ask. */
public final class Watching {
    public static final Path PROMETHEUS = Path.of("conf", "prometheus");
    private static final Path DASHBOARDS = Path.of("conf", "grafana", "dashboards");
    private static final Pattern SELECTOR =
            Pattern.compile("\\b((?:couponrush|vertx|jvm|process|system)_\\w+|up)\\b(\\{[^}]*})?");

    private Watching() {}

    /** An alarm. */
    public record Alarm(String name, String severity, String runbook, String summary, String korean) {}

    public static List<Alarm> alarms() {
        return rules().filter(rule -> rule.has("alert"))
                .map(rule -> {
                    JsonNode notes = rule.path("annotations");
                    return new Alarm(
                            rule.get("alert").asText(),
                            rule.path("labels").path("severity").asText(),
                            notes.path("runbook").asText(),
                            notes.path("summary").asText(),
                            notes.path("summary_ko").asText());
                })
                .toList();
    }

    /** Expressions of alarms and of recorded figures. */
    public static List<String> ruleQueries() {
        return rules().map(rule -> rule.get("expr").asText()).toList();
    }

    /** Expressions of all panels. */
    public static List<String> dashboardQueries() {
        var found = new ArrayList<String>();
        try (var files = Files.list(DASHBOARDS)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode panel : new ObjectMapper().readTree(file.toFile()).get("panels")) {
                    panel.get("targets")
                            .forEach(target -> found.add(target.get("expr").asText()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Every series that is asked for, with its labels: {@code couponrush_claims_total{outcome="issued"}}. */
    public static Set<String> selectors() {
        return Stream.concat(ruleQueries().stream(), dashboardQueries().stream())
                .flatMap(query -> SELECTOR.matcher(query).results())
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The same without labels, of what a node exports. */
    public static Set<String> metrics() {
        return selectors().stream()
                .map(selector -> selector.replaceFirst("\\{.*", ""))
                .filter(name -> !name.equals("up"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JsonNode> rules() {
        try {
            JsonNode groups = new YAMLMapper()
                    .readTree(PROMETHEUS.resolve("rules.yml").toFile())
                    .get("groups");
            var rules = new ArrayList<JsonNode>();
            groups.forEach(group -> group.get("rules").forEach(rules::add));
            return rules.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
