package io.couponrush.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who sets what: the environment over the settings file over the defaults. */
final class Sources {
    static final String CONFIG = Key.PREFIX + "CONFIG";
    static final Path USUAL_FILE = Path.of("conf", "couponrush.yaml");

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Not ours: tests, and what Kubernetes sets in every pod beside a Service named couponrush. */
    private static final Pattern FOREIGN =
            Pattern.compile("COUPONRUSH_(TEST_.*|SERVICE_(HOST|PORT)(_\\w+)?|PORT(_\\d+_(TCP|UDP)(_\\w+)?)?)");

    private final Profile profile;
    private final Map<String, String> env;
    private final Map<String, String> file = new LinkedHashMap<>();
    private final Set<String> fileKeys = new TreeSet<>();
    private final List<Mistake> mistakes = new ArrayList<>();

    Sources(Profile profile, Map<String, String> env, Path directory, List<Key> keys) {
        this.profile = profile;
        this.env = env;
        readFile(directory, keys);
        refuseUnknownNames(keys);
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    /** What is set, and by whom; text is null when nobody sets it. */
    Entry entry(Key key) {
        String fromEnv = set(key, env.get(key.env()));
        String secretFile = key.isSecret() ? set(key, env.get(key.envFile())) : null;
        if (fromEnv != null && secretFile != null) {
            mistakes.add(new Mistake(key.path(), "both " + key.env() + " and " + key.envFile() + " are set"));
        }
        if (secretFile != null) return new Entry(key, secret(key, secretFile), "file-secret");
        if (fromEnv != null) return new Entry(key, fromEnv, "env");
        String fromFile = set(key, file.get(key.path()));
        if (fromFile != null) return new Entry(key, fromFile, "file");
        return new Entry(key, key.defaultIn(profile), "default");
    }

    /** An empty variable is how Compose files say "not set". */
    private static @Nullable String set(Key key, @Nullable String text) {
        if (text == null || (text.isBlank() && !Values.mayBeEmpty(key.type()))) return null;
        return key.isSecret() ? text : text.strip();
    }

    private @Nullable String secret(Key key, String path) {
        try {
            String content = Files.readString(Path.of(path)).replaceFirst("\\R\\z", "");
            if (content.isBlank()) mistakes.add(new Mistake(key.path(), key.envFile() + " names an empty file"));
            return content.isBlank() ? null : content;
        } catch (IOException | IllegalArgumentException e) {
            mistakes.add(new Mistake(key.path(), key.envFile() + " names a file that cannot be read: " + path));
            return null;
        }
    }

    private void readFile(Path directory, List<Key> keys) {
        String named = env.get(CONFIG);
        boolean chosen = named != null && !named.isBlank();
        Path path = chosen && named != null ? directory.resolve(named) : directory.resolve(USUAL_FILE);
        if (!chosen && !Files.exists(path)) return;
        try {
            JsonNode root = YAML.readTree(Files.readString(path));
            if (root.isObject()) flatten("", root);
            else if (!root.isMissingNode() && !root.isNull())
                mistakes.add(new Mistake(path.toString(), "is not a list of key: value"));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String line = at == null ? "" : " at line " + at.getLineNr();
            mistakes.add(new Mistake(path.toString(), "is not YAML, or says a thing twice" + line));
        } catch (IOException e) {
            mistakes.add(new Mistake(path.toString(), "cannot be read"));
        }
        fileKeys.stream()
                .filter(name -> keys.stream().noneMatch(key -> key.path().equals(name) || emptySection(key, name)))
                .forEach(name -> mistakes.add(new Mistake(name, "no such setting (in " + path + ")")));
    }

    private void flatten(String path, JsonNode node) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field ->
                            flatten(path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue()));
        } else if (node.isArray()) {
            List<String> parts = new ArrayList<>();
            node.forEach(part -> parts.add(part.asText()));
            put(path, String.join(",", parts));
        } else if (node.isNull()) {
            fileKeys.add(path);
        } else {
            put(path, node.asText());
        }
    }

    private void put(String path, String text) {
        fileKeys.add(path);
        if (file.put(path, text) != null) mistakes.add(new Mistake(path, "is in the file twice"));
    }

    private boolean emptySection(Key key, String name) {
        return key.path().startsWith(name + ".") && !file.containsKey(name);
    }

    private void refuseUnknownNames(List<Key> keys) {
        Set<String> known = new TreeSet<>(Set.of(CONFIG));
        for (Key key : keys) {
            known.add(key.env());
            if (key.isSecret()) known.add(key.envFile());
        }
        new TreeSet<>(env.keySet())
                .stream()
                        .filter(name -> name.startsWith(Key.PREFIX))
                        .filter(name -> !known.contains(name))
                        .filter(name -> !FOREIGN.matcher(name).matches())
                        .forEach(name -> mistakes.add(new Mistake(name, "no such setting (in the environment)")));
    }

    /** What one key was set to. */
    record Entry(Key key, @Nullable String text, String source) {
        String shown() {
            if (text == null || text.isEmpty()) return "-";
            return key.isSecret() ? "****" : text;
        }
    }
}
