package io.couponrush.campaign;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where a page of campaigns ended; opaque to clients. */
record Cursor(Instant startTime, long eventId) {
    static Cursor behind(Campaign campaign) {
        return new Cursor(campaign.terms().startTime(), campaign.eventId());
    }

    /** What {@link #encode} wrote, or null if it is nothing of ours. */
    static @Nullable Cursor decode(String text) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII).split("_", 2);
            return parts.length < 2 ? null : new Cursor(Instant.parse(parts[0]), Long.parseLong(parts[1]));
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    String encode() {
        byte[] plain = (startTime + "_" + eventId).getBytes(StandardCharsets.US_ASCII);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
    }
}
