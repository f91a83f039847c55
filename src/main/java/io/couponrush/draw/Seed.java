package io.couponrush.draw;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the winners of a draw are drawn by. A user's ticket is the HMAC-SHA256 of its id, in decimal digits, by the seed; the
 * lowest tickets win. Whoever knows the seed can say so for everybody, and nobody can before.
 */
final class Seed {
    private static final int BLOCK = 64;
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private final byte[] bytes;

    Seed(Buffer bytes) {
        this.bytes = bytes.getBytes();
    }

    /** Its SHA-256, in hexadecimal digits: published before anybody enters, it cannot be chosen afterwards. */
    String commitment() {
        return hex(sha256(bytes));
    }

    String hex() {
        return hex(bytes);
    }

    /** In hexadecimal digits. */
    String ticket(long userId) {
        byte[] id = Long.toString(userId).getBytes(StandardCharsets.UTF_8);
        byte[] inner = sha256(Buffer.buffer(inner().getBytes()).appendBytes(id).getBytes());
        return hex(sha256(Buffer.buffer(outer().getBytes()).appendBytes(inner).getBytes()));
    }

    /** What the inner hash of a ticket begins with. */
    Buffer inner() {
        return pad(INNER);
    }

    /** What the outer one begins with. */
    Buffer outer() {
        return pad(OUTER);
    }

    private Buffer pad(byte with) {
        byte[] block = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            block[i] = (byte) ((i < bytes.length ? bytes[i] : 0) ^ with);
        }
        return Buffer.buffer(block);
    }

    private static String hex(byte[] of) {
        return HexFormat.of().formatHex(of);
    }

    private static byte[] sha256(byte[] of) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(of);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
