package io.couponrush.issuance;

import io.netty.buffer.ByteBufUtil;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message of an outbox row; a row of issued coupons has one for each.
 *
 * @param id the same whenever it is sent again
 * @param trace where the coupon's trace goes on, when it is sampled: the text of a {@code traceparent}
 */
record OutboxMessage(long rowId, String id, String topic, Instant at, String body, @Nullable String trace) {
    private static final int NAME_MAX = 255;

    OutboxMessage(long rowId, String id, String topic, Instant at, String body) {
        this(rowId, id, topic, at, body, null);
    }

    /** AMQP gives a name 255 bytes. Who sends a longer one hears of it after the client has counted the message. */
    boolean fits() {
        return isShort(id) && isShort(topic);
    }

    private static boolean isShort(String name) {
        return ByteBufUtil.utf8Bytes(name) <= NAME_MAX;
    }

    OutboxMessage within(String otherTrace) {
        return new OutboxMessage(rowId, id, topic, at, body, otherTrace);
    }
}
