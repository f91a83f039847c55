package io.couponrush.campaign;

import java.util.Locale;

/** How the discount value of a coupon is meant: a share of the purchase, or an amount. */
public enum DiscountType {
    PERCENTAGE,
    FIXED;

    /** The type of that word; fails for any other. */
    public static DiscountType of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    /** The word of the API and of the database. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
