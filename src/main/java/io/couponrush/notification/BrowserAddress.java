package io.couponrush.notification;

import io.couponrush.bus.Notice;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An address that browsers may ask for; each has one spelling. There are no others. */
record BrowserAddress(Kind kind, long id) {
    private static final Pattern SPELLING = Pattern.compile("coupon\\.(events|users)\\.([1-9][0-9]{0,17})");

    /** Whose messages they are. */
    enum Kind {
        EVENT,
        USER
    }

    /** Null for every text that is not exactly an address. */
    static @Nullable BrowserAddress parse(String text) {
        Matcher parts = SPELLING.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        Kind kind = "events".equals(parts.group(1)) ? Kind.EVENT : Kind.USER;
        return new BrowserAddress(kind, Long.parseLong(parts.group(2)));
    }

    String text() {
        return kind == Kind.EVENT ? Notice.toEvent(id) : Notice.toUser(id);
    }
}
