package io.couponrush.account;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a client shows to stay signed in: 16 bytes that name the family, which stay from login to logout, and 32 bytes
 * that are good for one use; both from a CSPRNG. Only hashes are stored, so who reads the table can make no token, and
 * who does not hold a token of the family cannot end it.
 */
record RefreshToken(String text) {
    private static final int FAMILY_BYTES = 16;
    private static final int SECRET_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{64}");

    /** A token of a new family. */
    static RefreshToken first() {
        return of(Unguessable.bytes(FAMILY_BYTES));
    }

    /** The next token of the same family. */
    RefreshToken next() {
        return of(Arrays.copyOf(bytes(), FAMILY_BYTES));
    }

    /** The token of that text, if it has the form of one. */
    static Optional<RefreshToken> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new RefreshToken(text)) : Optional.empty();
    }

    byte[] familyHash() {
        return Unguessable.hash(Arrays.copyOf(bytes(), FAMILY_BYTES));
    }

    byte[] secretHash() {
        return Unguessable.hash(Arrays.copyOfRange(bytes(), FAMILY_BYTES, FAMILY_BYTES + SECRET_BYTES));
    }

    @Override
    public String toString() {
        return "****";
    }

    private static RefreshToken of(byte[] family) {
        byte[] all = Arrays.copyOf(family, FAMILY_BYTES + SECRET_BYTES);
        System.arraycopy(Unguessable.bytes(SECRET_BYTES), 0, all, FAMILY_BYTES, SECRET_BYTES);
        return new RefreshToken(Base64.getUrlEncoder().withoutPadding().encodeToString(all));
    }

    private byte[] bytes() {
        return Base64.getUrlDecoder().decode(text);
    }
}
