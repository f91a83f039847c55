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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What conf/ has Prometheus and Grafana ask. */
public final class Watching {
    public static final Path PROMETHEUS = Path.of("conf", "prometheus");
    private static final Path ADAPTER = Path.of("conf", "kubernetes", "monitoring", "adapter.yaml");
    private static final Path DASHBOARDS = Path.of("conf", "grafana", "dashboards");
    private static final Pattern SELECTOR =
            Pattern.compile("\\b((?:couponrush|vertx|jvm|process|system)_\\w+|up)\\b(\\{[^}]*})?");

    private Watching() {}

    /** An alarm. */
    public record Alarm(
            String name, String expression, String severity, String runbook, String summary, String korean) {}

    public static List<Alarm> alarms() {
        return rules().filter(rule -> rule.has("alert"))
                .map(rule -> {
                    JsonNode notes = rule.path("annotations");
                    return new Alarm(
                            rule.get("alert").asText(),
                            rule.get("expr").asText(),
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

    /** What {@code promtool} tries: a name, the series that are there, what is asked. */
    public record Trial(String name, List<String> series, String asked, boolean rings) {}

    public static List<Trial> trials() {
        var found = new ArrayList<Trial>();
        for (JsonNode trial : read(PROMETHEUS.resolve("rules_test.yml")).get("tests")) {
            var series = new ArrayList<String>();
            trial.get("input_series")
                    .forEach(each -> series.add(each.get("series").asText()));
            JsonNode asked = trial.get("promql_expr_test").get(0);
            found.add(new Trial(
                    trial.get("name").asText(),
                    series,
                    asked.get("expr").asText(),
                    !asked.get("exp_samples").isEmpty()));
        }
        return found;
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

    /** What the adapter of Kubernetes makes of which series, by the name that it gives it. */
    public static Map<String, String> adapterRules() {
        var found = new TreeMap<String, String>();
        String config = read(ADAPTER).path("data").path("config.yaml").asText();
        try {
            for (JsonNode rule : new YAMLMapper().readTree(config).get("rules")) {
                found.put(
                        rule.path("name").path("as").asText(),
                        rule.path("seriesQuery").asText().replaceFirst("\\{.*", ""));
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
        return names(Stream.concat(ruleQueries().stream(), dashboardQueries().stream()));
    }

    /** Of those, what alarms look at. */
    public static Set<String> ruleMetrics() {
        return names(ruleQueries().stream());
    }

    private static Set<String> names(Stream<String> queries) {
        return queries.flatMap(query -> SELECTOR.matcher(query).results())
                .map(found -> found.group(1))
                .filter(name -> !name.equals("up"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JsonNode> rules() {
        var rules = new ArrayList<JsonNode>();
        read(PROMETHEUS.resolve("rules.yml")).get("groups").forEach(group -> group.get("rules")
                .forEach(rules::add));
        return rules.stream();
    }

    private static JsonNode read(Path yaml) {
        try {
            return new YAMLMapper().readTree(yaml.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
