package io.couponrush.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Codes by time, beside the password.
 *
 * @param secret seals the secrets of authenticators in the database, at least 32 bytes; none means that
 *     {@code jwt.secret} does
 * @param label what authenticators call this service
 * @param roles of those whose privileges wait for a second factor; STAFF, ADMIN or both
 */
public record SecondFactor(
        @Nullable Secret secret, @Default("CouponRush") String label, @Default("") List<String> roles) {
    private static final Set<String> WITH_PRIVILEGES = Set.of("STAFF", "ADMIN");

    public SecondFactor {
        roles = List.copyOf(roles);
        Rules.of("secondFactor")
                .that(
                        secret == null || secret.reveal().getBytes(UTF_8).length >= 32,
                        "secret",
                        "is shorter than 32 bytes")
                .that(!label.isBlank() && label.indexOf(':') < 0, "label", "is empty or has a colon")
                .each("roles", roles, WITH_PRIVILEGES::contains, "is neither STAFF nor ADMIN")
                .check();
    }
}
