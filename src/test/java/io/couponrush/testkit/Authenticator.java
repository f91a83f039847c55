package io.couponrush.testkit;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import java.security.InvalidKeyException;
import java.time.Instant;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.codec.binary.Base32;

/** The app on somebody's telephone. */
public final class Authenticator {
    private static final long STEP_SECONDS = 30;

    private final byte[] secret;

    /** With the secret as it was typed in. */
    public Authenticator(String base32) {
        this.secret = new Base32().decode(base32);
    }

    /** What it shows now. */
    public String code() {
        return code(0);
    }

    /** What it shows, showed or will show that many steps from now. */
    public String code(int steps) {
        try {
            return new TimeBasedOneTimePasswordGenerator()
                    .generateOneTimePasswordString(
                            new SecretKeySpec(secret, "HmacSHA1"), Instant.now().plusSeconds(steps * STEP_SECONDS));
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A code that it does not show around now. */
    public String wrongCode() {
        for (int guess = 0; ; guess++) {
            String code = String.format("%06d", guess);
            boolean shown = false;
            for (int step = -3; step <= 3; step++) shown |= code(step).equals(code);
            if (!shown) return code;
        }
    }

    public byte[] secret() {
        return secret.clone();
    }
}
