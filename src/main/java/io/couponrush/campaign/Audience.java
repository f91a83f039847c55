package io.couponrush.campaign;

import java.util.Locale;

/** Whom a campaign is for: everybody, or those whom the staff names. */
public enum Audience {
    PUBLIC,
    RESTRICTED;

    static Audience of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    /** The word of the API and of the database. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
