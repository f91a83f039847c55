package io.couponrush.redemption;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;

/**
 * What a coupon is to be used for.
 *
 * @param orderId the shop's name for it: 1 to 128 visible ASCII characters
 * @param purchaseAmount before the discount; above 0, at most 2 decimals
 */
record Order(String orderId, BigDecimal purchaseAmount) {

    /** From a body that holds to {@code UseRequest}. */
    static Order of(JsonObject body) {
        return new Order(
                body.getString("orderId"),
                new BigDecimal(body.getNumber("purchaseAmount").toString()));
    }
}
