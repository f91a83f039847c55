package io.couponrush.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Role;
import io.couponrush.ops.Meters;
import io.couponrush.ops.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents list is what there is. */
class DocumentsTest {
    private static final Path README = Path.of("README.md");
    private static final Path SECURITY = Path.of("docs/security.md");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)(#[^)]*)?\\)");

    @Test
    void theReadmeNamesEveryMetric() throws IOException {
        var metrics = new Metrics();
        var meters = new Meters(metrics.registry());
        meters.route("/").answered(200, 1);
        meters.stock(1, 1);
        Set<String> exposed = Pattern.compile("(?m)^# TYPE (couponrush_\\S+)")
                .matcher(metrics.registry().scrape())
                .results()
                .map(type -> type.group(1))
                .filter(name -> !name.endsWith("_max"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows("`(couponrush_\\w+)`")).isEqualTo(exposed);
    }

    @Test
    void theReadmeNamesEveryProblem() throws IOException {
        Set<String> codes = Stream.of(ProblemCode.values())
                .map(code -> code + " " + code.status())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows("`([A-Z_]+)` \\| (\\d{3})")).isEqualTo(codes);
    }

    @Test
    void theContractShowsWhatRolesMay() throws IOException {
        Set<String> table = new TreeSet<>();
        for (Permission permission : Permission.values()) {
            String row = permission.name();
            for (Role role : Role.values()) row += permission.isGivenTo(role) ? " x" : " -";
            table.add(row);
        }
        Set<String> shown = new TreeSet<>();
        var rows = Pattern.compile("(?m)^ +\\| ([A-Z_]+): [^|]+\\|(.*)\\|$")
                .matcher(Files.readString(Path.of("src/main/resources/openapi.yaml")));
        while (rows.find()) {
            String row = rows.group(1);
            for (String cell : rows.group(2).split("\\|", -1)) row += cell.isBlank() ? " -" : " x";
            shown.add(row);
        }
        assertThat(shown).isEqualTo(table);
    }

    @Test
    void theReadmeNamesNoOtherSettings() throws IOException {
        Set<String> known = new TreeSet<>();
        collect("", new YAMLMapper().readTree(Files.readString(Path.of("conf/couponrush.yaml"))), known);
        assertThat(settings()).isNotEmpty().isSubsetOf(known);
    }

    @Test
    void whatHoldsAnAttackOffIsATestThatExists() throws IOException {
        Set<String> tests;
        try (var files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        String text = Files.readString(SECURITY);
        assertThat(Pattern.compile("`(\\w+(Test|IT|Story))`")
                        .matcher(text)
                        .results()
                        .map(test -> test.group(1)))
                .hasSizeGreaterThan(100)
                .isSubsetOf(tests);
        List<String> lines = text.lines()
                .filter(line -> line.matches("\\| (S\\d|API\\d|V\\d).*"))
                .toList();
        assertThat(lines).hasSizeGreaterThan(80);
        assertThat(lines).allSatisfy(line -> assertThat(line).containsPattern("`\\w+(Test|IT|Story)`|not yet"));
        assertThat(lines.stream().filter(line -> line.startsWith("| S"))).hasSize(30);
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        for (Path document : documents()) {
            var links = LINK.matcher(Files.readString(document)).results().map(link -> link.group(1));
            assertThat(links).allSatisfy(link -> assertThat(document.resolveSibling(link))
                    .as(document + " links to " + link)
                    .exists());
        }
    }

    @Test
    void theArchitectureListsEveryDecision() throws IOException {
        Set<String> listed = Pattern.compile("(?m)^\\| \\d+ \\| \\[.+\\]\\((decisions/.+\\.md)\\) \\|$")
                .matcher(Files.readString(Path.of("docs", "architecture.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        try (var files = Files.list(Path.of("docs", "decisions"))) {
            assertThat(listed)
                    .isEqualTo(files.map(file -> "decisions/" + file.getFileName())
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private static Set<String> settings() throws IOException {
        String text = Files.readString(README);
        String section = text.substring(text.indexOf("\n## Settings"), text.indexOf("\n## The API"));
        return rows(section, "`([A-Za-z.]+)`");
    }

    private static Set<String> rows(String pattern) throws IOException {
        return rows(Files.readString(README), pattern);
    }

    /** What table rows begin with. */
    private static Set<String> rows(String text, String pattern) {
        return Pattern.compile("(?m)^\\| " + pattern + " \\|")
                .matcher(text)
                .results()
                .map(row -> row.groupCount() == 1 ? row.group(1) : row.group(1) + " " + row.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void collect(String path, JsonNode node, Set<String> into) {
        node.properties().forEach(member -> {
            String name = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
            if (member.getValue().isObject()) collect(name, member.getValue(), into);
            else into.add(name);
        });
    }

    private static List<Path> documents() throws IOException {
        try (var files = Files.walk(Path.of("docs"))) {
            return Stream.concat(Stream.of(README), files.filter(file -> file.toString()
                            .endsWith(".md")))
                    .toList();
        }
    }
}
