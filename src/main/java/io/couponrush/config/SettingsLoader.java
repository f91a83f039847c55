package io.couponrush.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads {@link Settings} from environment, file and defaults, and goes on after a mistake to find all of them. */
public final class SettingsLoader {
    private final Profile profile;
    private final List<Sources.Entry> entries;
    private final List<Mistake> mistakes;
    private final Map<String, Object> values = new HashMap<>();
    private final Settings settings;

    private SettingsLoader(Profile profile, Map<String, String> env, Path directory) {
        this.profile = profile;
        List<Key> keys = Key.all();
        Sources sources = new Sources(profile, env, directory, keys);
        entries = keys.stream().map(sources::entry).toList();
        mistakes = new ArrayList<>(sources.mistakes());
        entries.forEach(this::parse);
        settings = build(Settings.class, "");
        if (profile == Profile.SERVE) add(ServeRules.mistakes(settings));
    }

    public static SettingsLoader read(Profile profile, Map<String, String> env) {
        return read(profile, env, Path.of(""));
    }

    static SettingsLoader read(Profile profile, Map<String, String> env, Path directory) {
        return new SettingsLoader(profile, env, directory);
    }

    /** What was read; {@link #check} has to hold. */
    public Settings settings() {
        check();
        return settings;
    }

    /** Throws {@link BadSettings} when there is any mistake. */
    public void check() {
        if (!mistakes.isEmpty()) throw new BadSettings(mistakes);
    }

    /** What is left when every mistaken value is replaced by a default. Only for a diagnosis. */
    public Settings salvaged() {
        return settings;
    }

    public List<String> mistakes() {
        return mistakes.stream().map(Mistake::toString).toList();
    }

    /** Every key with its value, secrets masked, and who set it; also when there are mistakes. */
    public String describe() {
        StringBuilder lines = new StringBuilder();
        int wide = entries.stream()
                .mapToInt(entry -> entry.key().path().length())
                .max()
                .orElse(0);
        for (Sources.Entry entry : entries) {
            lines.append(("%-" + wide + "s  %-11s  %s%n").formatted(entry.key().path(), entry.source(), entry.shown()));
        }
        return lines.toString();
    }

    private void parse(Sources.Entry entry) {
        Key key = entry.key();
        try {
            if (entry.text() != null) values.put(key.path(), Values.parse(key.type(), entry.text()));
        } catch (IllegalArgumentException e) {
            mistakes.add(new Mistake(key.path(), String.valueOf(e.getMessage())));
            putDefault(key);
        }
    }

    /** A record that breaks its rules is made again with fewer values as they were set, so that the search goes on. */
    private <T> T build(Class<T> type, String path) {
        try {
            return construct(type, path);
        } catch (BadSettings e) {
            add(e.mistakes());
        }
        List<Predicate<Key>> suspects = List.of(this::isMistaken, key -> !key.isSecret(), key -> true);
        return suspects.stream()
                .map(suspect -> withDefaults(type, path, suspect))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new AssertionError("the defaults of " + type + " break its own rules"));
    }

    private <T> Optional<T> withDefaults(Class<T> type, String path, Predicate<Key> suspect) {
        entries.stream()
                .map(Sources.Entry::key)
                .filter(key -> key.path().startsWith(path))
                .filter(suspect)
                .forEach(this::putDefault);
        try {
            return Optional.of(construct(type, path));
        } catch (BadSettings stillBad) {
            return Optional.empty();
        }
    }

    private <T> T construct(Class<T> type, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = Key.path(path, components[i]);
            types[i] = components[i].getType();
            arguments[i] = Key.isBranch(components[i]) ? build(types[i], name) : values.get(name);
        }
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof BadSettings bad) throw bad;
            throw new AssertionError(e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("cannot make a " + type, e);
        }
    }

    private void putDefault(Key key) {
        String text = key.defaultIn(profile);
        if (text == null) values.remove(key.path());
        else values.put(key.path(), Values.parse(key.type(), text));
    }

    private boolean isMistaken(Key key) {
        return mistakes.stream().anyMatch(mistake -> mistake.key().equals(key.path()));
    }

    /** What follows from a mistake that is told already is not told. */
    private void add(List<Mistake> found) {
        List<Mistake> told = List.copyOf(mistakes);
        found.stream()
                .filter(mistake -> told.stream().noneMatch(known -> mistake.concerns(known.key())))
                .forEach(mistakes::add);
    }
}
