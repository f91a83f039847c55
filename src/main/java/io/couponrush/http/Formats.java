package io.couponrush.http;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The formats of the contract that mean more here than in the JSON Schema library. */
final class Formats {
    static final String INSTANT = "must be an instant like 2026-02-11T10:30:00Z";
    static final String EMAIL = "must be an e-mail address";
    /** {@code email} under a name that the library does not know. */
    static final String ADDRESS = "address";

    private static final int CENTS = 2;

    private Formats() {}

    /** What is wrong with a value in that format, or null. Values of another type are the type's business. */
    static @Nullable String fault(@Nullable String format, @Nullable Object value) {
        if (format == null || value == null) {
            return null;
        }
        return switch (format) {
            case "int32" -> value instanceof Number && !(value instanceof Integer) ? whole(value) : null;
            case "int64" -> value instanceof Number && !(value instanceof Integer) && !(value instanceof Long)
                    ? whole(value)
                    : null;
            case "money" -> value instanceof BigDecimal amount && decimals(amount) > CENTS
                    ? "must have at most 2 decimals"
                    : null;
            case "date-time" -> value instanceof String text && !isInstant(text) ? INSTANT : null;
            case "email", ADDRESS -> value instanceof String text && !isAddress(text) ? EMAIL : null;
            default -> null;
        };
    }

    private static String whole(Object value) {
        return value instanceof Long || value instanceof BigInteger
                ? "is out of range"
                : "must be a whole number, without a point or an exponent";
    }

    private static int decimals(BigDecimal amount) {
        return amount.signum() == 0 ? 0 : amount.stripTrailingZeros().scale();
    }

    /** Loosely: who registers is looked at more closely. */
    private static boolean isAddress(String text) {
        int at = text.indexOf('@');
        return at > 0 && at == text.lastIndexOf('@') && at < text.length() - 1 && isOneWord(text);
    }

    private static boolean isOneWord(String text) {
        return text.codePoints().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
    }

    private static boolean isInstant(String text) {
        try {
            return Instant.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
