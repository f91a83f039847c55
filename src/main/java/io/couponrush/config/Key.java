package io.couponrush.config;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One setting: the path of components that leads to it, and by rule its name in the environment. */
record Key(String path, RecordComponent component) {
    static final String PREFIX = "COUPONRUSH_";

    static List<Key> all() {
        List<Key> keys = new ArrayList<>();
        collect(Settings.class, "", keys);
        return keys;
    }

    static String path(String parent, RecordComponent component) {
        return parent.isEmpty() ? component.getName() : parent + "." + component.getName();
    }

    static boolean isBranch(RecordComponent component) {
        return component.getType().isRecord() && component.getType() != Secret.class;
    }

    Type type() {
        return component.getGenericType();
    }

    boolean isSecret() {
        return component.getType() == Secret.class;
    }

    String env() {
        return PREFIX
                + path.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT);
    }

    String envFile() {
        return env() + "_FILE";
    }

    @Nullable
    String defaultIn(Profile profile) {
        String own = profile.defaultOf(path);
        if (own != null) return own;
        Default common = component.getAnnotation(Default.class);
        return common == null ? null : common.value();
    }

    private static void collect(Class<?> type, String parent, List<Key> keys) {
        for (RecordComponent component : type.getRecordComponents()) {
            String path = path(parent, component);
            if (isBranch(component)) collect(component.getType(), path, keys);
            else keys.add(new Key(path, component));
        }
    }
}
