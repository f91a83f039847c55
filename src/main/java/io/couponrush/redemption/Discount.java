package io.couponrush.redemption;

import io.couponrush.campaign.DiscountType;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What a coupon takes off a purchase.
 *
 * @param minPurchase the least that has to be bought; 0 for anything
 * @param most the most that it takes off; 0 for no limit
 */
record Discount(DiscountType type, BigDecimal value, BigDecimal minPurchase, BigDecimal most) {
    private static final int CENTS = 2;

    boolean isFor(BigDecimal purchase) {
        return purchase.compareTo(minPurchase) >= 0;
    }

    /** A percentage is rounded down to 2 decimals; no discount is above its limit or the purchase itself. */
    BigDecimal on(BigDecimal purchase) {
        BigDecimal off = type == DiscountType.PERCENTAGE ? percent(purchase) : value;
        BigDecimal limited = most.signum() > 0 ? off.min(most) : off;
        return limited.min(purchase);
    }

    private BigDecimal percent(BigDecimal purchase) {
        return purchase.multiply(value).movePointLeft(2).setScale(CENTS, RoundingMode.DOWN);
    }
}
