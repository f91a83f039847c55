package io.couponrush.staff;

import io.couponrush.bus.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of a campaign, as Postgres had it at one moment.
 *
 * @param issued coupons that count: all but the revoked ones
 * @param first issue; null before it
 * @param peak coupons issued in the busiest second
 * @param perSecond seconds in which coupons were issued, revoked ones included; the newest 3600
 * @param perHour likewise; the newest 2400
 * @param refused claims by reason
 * @param topUsers who has most, of those who have more than one, with their e-mails
 */
record EventStats(
        long eventId,
        Instant at,
        int total,
        int issued,
        Instant start,
        long used,
        long expired,
        long revoked,
        @Nullable Instant first,
        @Nullable Instant last,
        long peak,
        @Nullable Instant peakAt,
        JsonArray perSecond,
        JsonArray perHour,
        JsonObject refused,
        JsonArray topUsers) {

    /**
     * The API's EventStats.
     *
     * @param reserved units that Redis has set aside; null when it cannot say
     */
    JsonObject json(@Nullable Long reserved) {
        return new JsonObject()
                .put("eventId", eventId)
                .put("at", at.toString())
                .put("total", total)
                .put("issued", issued)
                .put("remaining", total - issued)
                .put("reserved", reserved)
                .put("active", issued - used - expired)
                .put("used", used)
                .put("expired", expired)
                .put("revoked", revoked)
                .put("refused", everyReason())
                .put("firstIssuedAt", text(first))
                .put("lastIssuedAt", text(last))
                .put("secondsToSellOut", secondsToSellOut())
                .put("peakPerSecond", peak)
                .put("peakAt", text(peakAt))
                .put("perSecond", perSecond)
                .put("perHour", perHour)
                .put("topUsers", topUsers);
    }

    /** The same for those who may not read e-mails. */
    static JsonObject withMaskedEmails(JsonObject json) {
        var masked = new JsonArray();
        for (Object user : json.getJsonArray("topUsers")) {
            JsonObject copy = ((JsonObject) user).copy();
            masked.add(copy.put("email", masked(copy.getString("email"))));
        }
        return new JsonObject(new LinkedHashMap<>(json.getMap())).put("topUsers", masked);
    }

    /** Enough to tell two users apart for somebody who knows them. */
    static @Nullable String masked(@Nullable String email) {
        int at = email == null ? -1 : email.lastIndexOf('@');
        return email == null || at < 1 ? null : email.charAt(0) + "***" + email.substring(at);
    }

    private JsonObject everyReason() {
        var all = new JsonObject();
        for (Refusal why : EnumSet.complementOf(EnumSet.of(Refusal.EVENT_NOT_FOUND))) {
            all.put(why.name(), refused.getLong(why.name(), 0L));
        }
        return all;
    }

    /** From the start to the last coupon; null while there are some left. */
    private @Nullable Double secondsToSellOut() {
        return last == null || issued < total
                ? null
                : Duration.between(start, last).toMillis() / 1_000.0;
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
