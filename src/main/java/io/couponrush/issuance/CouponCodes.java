package io.couponrush.issuance;

import java.security.SecureRandom;

/**
 * Coupon codes nobody can guess: a campaign's prefix, a hyphen and 11 Crockford base-32 characters, 55 bits from a
 * cryptographic generator. Belongs to one event loop: it draws its randomness in large pieces.
 */
final class CouponCodes {
    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int LENGTH = 11;
    private static final int BITS = 5;

    private final SecureRandom random = new SecureRandom();
    private final byte[] drawn = new byte[LENGTH * 256];
    private int next = drawn.length;

    String next(String prefix) {
        if (next == drawn.length) {
            random.nextBytes(drawn);
            next = 0;
        }
        var code =
                new StringBuilder(prefix.length() + 1 + LENGTH).append(prefix).append('-');
        for (int i = 0; i < LENGTH; i++) {
            code.append(ALPHABET[drawn[next++] & ((1 << BITS) - 1)]);
        }
        return code.toString();
    }
}
