package io.couponrush.campaign;

import java.util.Locale;

/** How a campaign gives its coupons out: to whoever claims first, or by a draw among those who entered. */
public enum Mode {
    RUSH,
    DRAW;

    static Mode of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    /** The word of the API and of the database. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
