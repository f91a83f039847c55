package io.couponrush.campaign;

import io.couponrush.http.QueryParams;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a page of campaigns ended; opaque to clients. */
record Cursor(Instant startTime, long eventId) {
    /** What is not between them is no time for Postgres. */
    private static final Instant EARLIEST = Instant.parse("-4000-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("+100000-01-01T00:00:00Z");

    static Cursor behind(Campaign campaign) {
        return new Cursor(campaign.terms().startTime(), campaign.eventId());
    }

    /** What {@link #encode} wrapped, or null if it is nothing of ours. */
    static @Nullable Cursor parse(String text) {
        try {
            String[] parts = text.split("_", 2);
            Instant start = Instant.parse(parts[0]);
            boolean written = parts.length == 2 && start.isAfter(EARLIEST) && start.isBefore(LATEST);
            return written ? new Cursor(start, Long.parseLong(parts[1])) : null;
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
    }

    String encode() {
        return QueryParams.cursorOf(startTime + "_" + eventId);
    }
}
