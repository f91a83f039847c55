package io.couponrush.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the text of the sources must hold to. */
class SourceTest {
    private static final int CODE_LINES_MAX = 250;
    private static final int SCRIPT_LINES_MAX = 80;
    private static final Pattern NOT_CODE = Pattern.compile("\\s*(//.*|/?\\*.*|(import|package) .*|)");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

    @Test
    void classesFitTheHead() throws IOException {
        assertThat(count(Path.of("src/main/java"), NOT_CODE.asMatchPredicate().negate()))
                .allSatisfy((file, lines) -> assertThat(lines).as(file).isLessThanOrEqualTo(CODE_LINES_MAX));
    }

    @Test
    void scriptsFitTheScreen() throws IOException {
        assertThat(count(Path.of("src/main/resources/lua"), line -> true))
                .allSatisfy((file, lines) -> assertThat(lines).as(file).isLessThanOrEqualTo(SCRIPT_LINES_MAX));
    }

    @Test
    void nothingIsLeftToDo() throws IOException {
        assertThat(count(Path.of("src/main"), UNFINISHED.asPredicate()))
                .allSatisfy((file, lines) -> assertThat(lines).as(file).isZero());
    }

    private static Map<String, Integer> count(Path directory, Predicate<String> counts) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try (var lines = Files.lines(file)) {
                    found.put(file.toString(), (int) lines.filter(counts).count());
                }
            }
        }
        return found;
    }
}
