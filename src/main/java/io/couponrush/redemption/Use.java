package io.couponrush.redemption;

import io.couponrush.campaign.Terms;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;

/** A coupon's use for an order, decided once: whoever asks again is told the same. */
record Use(Order order, BigDecimal discountAmount, Instant usedAt) {

    /** Never below 0, since a discount is never above the purchase. */
    BigDecimal finalAmount() {
        return order.purchaseAmount().subtract(discountAmount);
    }

    JsonObject json(String couponCode) {
        return new JsonObject()
                .put("couponCode", couponCode)
                .put("orderId", order.orderId())
                .put("discountAmount", Terms.plain(discountAmount))
                .put("finalAmount", Terms.plain(finalAmount()))
                .put("usedAt", usedAt.toString());
    }
}
