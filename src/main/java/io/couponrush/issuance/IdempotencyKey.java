package io.couponrush.issuance;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** What a client may send to be able to ask again: 1 to 128 visible ASCII characters. */
public final class IdempotencyKey {
    private static final UUID NAMESPACE = UUID.fromString("5f0c3b9e-6d0a-4a53-9a4e-0d5a7c1f2b61");
    private static final int MAX = 128;

    private IdempotencyKey() {}

    public static boolean isValid(String key) {
        if (key.isEmpty() || key.length() > MAX) {
            return false;
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) < '!' || key.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** The same user and key are the same rid, on every node and for ever. */
    static UUID rid(long userId, String key) {
        return UuidCreator.getNameBasedSha1(NAMESPACE, userId + ":" + key);
    }

    /**
     * Without a key nobody can ask again. Of version 7, which no rid of a key is: the millisecond, then 74 random bits. So
     * the rows of a rush are neighbours in the index of the rids (decision 35).
     *
     * @param nowMillis since 1970, by whatever clock
     */
    static UUID noKey(long nowMillis) {
        var random = ThreadLocalRandom.current();
        long time = nowMillis << 16;
        return new UUID(time | 0x7000 | random.nextInt(1 << 12), Long.MIN_VALUE | random.nextLong() >>> 2);
    }
}
