package io.couponrush.config;

import static java.util.stream.Collectors.toCollection;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Text, as it stands in a file or in the environment, to the type of a component. */
final class Values {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SHARE = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");

    private static final Map<Type, Function<String, Object>> PARSERS = Map.of(
            String.class, text -> text,
            Secret.class, Secret::new,
            int.class, Values::number,
            double.class, Values::share,
            boolean.class, Values::bool,
            Path.class, Values::path,
            Duration.class, Values::duration);

    private Values() {}

    /**
     * What the text means.
     *
     * @throws IllegalArgumentException what is wrong, without the key
     */
    static Object parse(Type type, String text) {
        if (type instanceof ParameterizedType many) return parseMany(many, text);
        Function<String, Object> parser = PARSERS.get(type);
        if (parser == null) throw new AssertionError("no way to read a " + type);
        return parser.apply(text);
    }

    /** Whether an empty text is a value of this type, and not the same as nothing. */
    static boolean mayBeEmpty(Type type) {
        return type instanceof ParameterizedType;
    }

    private static Object parseMany(ParameterizedType type, String text) {
        List<String> parts = Stream.of(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
        if (type.getRawType() == List.class) return parts;
        if (type.getActualTypeArguments()[0] == Settings.Role.class) return roles(parts);
        throw new AssertionError("no way to read a " + type);
    }

    private static Set<Settings.Role> roles(List<String> names) {
        return names.stream().map(Values::role).collect(toCollection(LinkedHashSet::new));
    }

    private static Settings.Role role(String name) {
        return Stream.of(Settings.Role.values())
                .filter(role -> role.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> bad(name, "is not http, issuance or notification"));
    }

    private static Object number(String text) {
        if (!WHOLE.matcher(text).matches()) throw bad(text, "is not a whole number");
        long number = Long.parseLong(text);
        if (number != (int) number) throw bad(text, "is too large");
        return (int) number;
    }

    private static Object share(String text) {
        if (!SHARE.matcher(text).matches()) throw bad(text, "is not a number like 0.01");
        return Double.parseDouble(text);
    }

    private static Object bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(text, "is neither true nor false");
        };
    }

    private static Object path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw bad(text, "is not a path");
        }
    }

    private static Object duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) throw bad(text, "is not a duration like 300ms, 5s, 15m, 12h or 30d");
        long count = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\" " + why);
    }
}
