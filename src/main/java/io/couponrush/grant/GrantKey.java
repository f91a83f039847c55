package io.couponrush.grant;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.UUID;

/**
 * What makes two grants the same: whoever asks again with it gets the coupon of the first time. Never the rid of a user's
 * own claim, whatever key that has.
 */
@FunctionalInterface
interface GrantKey {
    UUID NAMESPACE = UUID.fromString("0b1c7a53-2f7e-4a0f-8d7c-6f3e2a9b4c15");

    UUID rid(long eventId, long userId);

    /** What one caller names with a key; to another caller the key is another. */
    static GrantKey ofCall(long actorId, String key) {
        return (eventId, userId) -> named("call:" + actorId + ":" + userId + ":" + key);
    }

    /** Without a key a user is granted one coupon of a campaign, whoever asks how often. */
    static GrantKey once() {
        return (eventId, userId) -> named("once:" + eventId + ":" + userId);
    }

    /** One message grants one coupon, however often it is delivered. */
    static GrantKey ofMessage(String messageId) {
        return (eventId, userId) -> named("message:" + messageId);
    }

    private static UUID named(String name) {
        return UuidCreator.getNameBasedSha1(NAMESPACE, name);
    }
}
