package io.couponrush.account;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.codec.binary.Base32;

/** Codes by time (RFC 6238) as every authenticator makes them: SHA-1, 6 digits, a new one every 30 seconds. */
final class Totp {
    /** As long as what SHA-1 makes of it, as RFC 4226 advises. */
    static final int SECRET_BYTES = 20;

    private static final long STEP_SECONDS = 30;
    /** Steps by which the clocks may differ, either way. */
    private static final long WINDOW = 1;

    private static final Pattern CODE = Pattern.compile("[0-9]{6}");
    private static final TimeBasedOneTimePasswordGenerator GENERATOR = new TimeBasedOneTimePasswordGenerator();

    private Totp() {}

    static boolean isCode(String text) {
        return CODE.matcher(text).matches();
    }

    /** The time step of that code, if it is one of those that are good now. */
    static OptionalLong step(byte[] secret, String code, Instant now) {
        long current = now.getEpochSecond() / STEP_SECONDS;
        byte[] given = code.getBytes(StandardCharsets.UTF_8);
        OptionalLong found = OptionalLong.empty();
        for (long step = current - WINDOW; step <= current + WINDOW; step++) { // all, so that time tells nothing
            byte[] right = code(secret, step).getBytes(StandardCharsets.UTF_8);
            found = MessageDigest.isEqual(right, given) ? OptionalLong.of(step) : found;
        }
        return found;
    }

    static String code(byte[] secret, long step) {
        try {
            return GENERATOR.generateOneTimePasswordString(
                    new SecretKeySpec(secret, GENERATOR.getAlgorithm()), Instant.ofEpochSecond(step * STEP_SECONDS));
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e); // every secret is a key
        }
    }

    /** The secret as people type it. */
    static String base32(byte[] secret) {
        return new Base32().encodeAsString(secret);
    }

    /** What an authenticator reads from a QR code. */
    static String uri(byte[] secret, String label, String email) {
        String issuer = encoded(label);
        return "otpauth://totp/" + issuer + ":" + encoded(email) + "?secret=" + base32(secret) + "&issuer=" + issuer
                + "&algorithm=SHA1&digits=6&period=" + STEP_SECONDS;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
