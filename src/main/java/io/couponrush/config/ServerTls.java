package io.couponrush.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** PEM files with which the server encrypts; set both or none. What they hold is read again every {@code reload}. */
public record ServerTls(@Nullable Path certificate, @Nullable Path key, @Default("10s") Duration reload) {
    public static final ServerTls OFF = new ServerTls(null, null, Duration.ofSeconds(10));

    public ServerTls {
        Rules.of("http.tls")
                .that(certificate != null || key == null, "certificate", "is missing beside http.tls.key")
                .that(key != null || certificate == null, "key", "is missing beside http.tls.certificate")
                .positive("reload", reload)
                .check();
    }

    public boolean isOn() {
        return certificate != null;
    }
}
