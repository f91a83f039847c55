package io.couponrush.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** What nobody can guess, from a CSPRNG, and the hash of it that may be stored: it needs no salt and no slowness. */
final class Unguessable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Unguessable() {}

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** That many random bytes in the alphabet of base64url. */
    static String text(int bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(bytes));
    }

    /** SHA-256 of the text in UTF-8. */
    static byte[] hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] hash(byte[] of) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(of);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
