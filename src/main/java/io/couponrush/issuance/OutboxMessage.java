package io.couponrush.issuance;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message of an outbox row; a row of issued coupons has one for each.
 *
 * @param id the same whenever it is sent again
 * @param trace where the coupon's trace goes on, when it is sampled: the text of a {@code traceparent}
 */
record OutboxMessage(long rowId, String id, String topic, Instant at, String body, @Nullable String trace) {
    OutboxMessage(long rowId, String id, String topic, Instant at, String body) {
        this(rowId, id, topic, at, body, null);
    }

    OutboxMessage within(String otherTrace) {
        return new OutboxMessage(rowId, id, topic, at, body, otherTrace);
    }
}
