package io.couponrush.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a process is started as; some settings have another default in each. */
public enum Profile {
    DEV,
    SERVE;

    private static final Map<String, String> IN_DEV = Map.of("loadtest.enabled", "true");
    private static final Map<String, String> IN_SERVE = Map.of("http.host", "0.0.0.0", "cluster.enabled", "true");

    @Nullable
    String defaultOf(String key) {
        return (this == DEV ? IN_DEV : IN_SERVE).get(key);
    }
}
