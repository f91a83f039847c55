package io.couponrush.config;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** {@code conf/couponrush.yaml} is the page that operators read: it says what the records say. */
class ConfFileTest {
    private static final Path FILE = Path.of("conf", "couponrush.yaml");

    @Test
    void holdsEveryKeyWithItsDefaultAndNoOther() throws IOException {
        Map<String, String> file = new TreeMap<>();
        flatten("", new YAMLMapper().readTree(FILE.toFile()), file);
        Map<String, String> records = Key.all().stream().collect(toMap(Key::path, ConfFileTest::defaultText));
        assertThat(file).isEqualTo(new TreeMap<>(records));
    }

    @Test
    void changesNothing() {
        Path nowhere = Path.of("target", "nowhere");
        for (Profile profile : Profile.values()) {
            Map<String, String> env = Map.of("COUPONRUSH_REDIS_URI", "redis://localhost");
            List<String> with = values(SettingsLoader.read(profile, env));
            assertThat(with).isEqualTo(values(SettingsLoader.read(profile, env, nowhere)));
        }
    }

    @Test
    void explainsEverySection() throws IOException {
        String text = Files.readString(FILE);
        assertThat(text.lines().filter(line -> line.matches("\\w+:.*")).count())
                .isEqualTo(Settings.class.getRecordComponents().length);
        assertThat(text).doesNotContainPattern("(?m)^$\\n^\\w+:");
    }

    /** A key whose default depends on the profile stays unset in the file. */
    private static String defaultText(Key key) {
        String dev = key.defaultIn(Profile.DEV);
        String serve = key.defaultIn(Profile.SERVE);
        return dev == null || !dev.equals(serve) ? "null" : dev;
    }

    private static List<String> values(SettingsLoader loader) {
        return loader.describe()
                .lines()
                .map(line -> line.replaceAll(" +(default|file) +", " "))
                .toList();
    }

    private static void flatten(String path, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), into));
        } else if (node.isArray()) {
            List<String> parts = StreamSupport.stream(node.spliterator(), false)
                    .map(JsonNode::asText)
                    .toList();
            into.put(path, String.join(",", parts));
        } else {
            into.put(path, node.asText());
        }
    }
}
