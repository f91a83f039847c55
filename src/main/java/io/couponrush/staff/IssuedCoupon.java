package io.couponrush.staff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A coupon as the staff sees it: whose it is and what became of it. */
record IssuedCoupon(
        long couponId,
        String couponCode,
        long userId,
        String status,
        Instant issuedAt,
        Instant expiresAt,
        @Nullable Instant usedAt) {

    JsonObject json(long eventId) {
        return new JsonObject()
                .put("couponId", couponId)
                .put("couponCode", couponCode)
                .put("eventId", eventId)
                .put("userId", userId)
                .put("status", status)
                .put("issuedAt", issuedAt.toString())
                .put("expiresAt", expiresAt.toString())
                .put("usedAt", usedAt == null ? null : usedAt.toString());
    }
}
