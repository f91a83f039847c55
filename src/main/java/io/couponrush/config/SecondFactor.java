package io.couponrush.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * Codes by time, beside the password.
 *
 * @param secret seals the secrets of authenticators in the database, at least 32 bytes; none means that
 *     {@code jwt.secret} does
 * @param label what authenticators call this service
 */
public record SecondFactor(@Nullable Secret secret, @Default("CouponRush") String label) {
    public SecondFactor {
        Rules.of("secondFactor")
                .that(
                        secret == null || secret.reveal().getBytes(UTF_8).length >= 32,
                        "secret",
                        "is shorter than 32 bytes")
                .that(!label.isBlank() && label.indexOf(':') < 0, "label", "is empty or has a colon")
                .check();
    }
}
