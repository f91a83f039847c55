package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Terms;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The API's Coupon as JSON text, for the answer that the crowd waits for: what all coupons of a campaign have in common
 * is written once. Belongs to one event loop.
 */
final class CouponText {
    private static final int CAMPAIGNS_MAX = 1_000;

    private final Map<Long, Common> campaigns = new HashMap<>();
    private final StringBuilder own = new StringBuilder(128);
    private Times times = new Times(Instant.EPOCH, Instant.EPOCH);

    /** The text of when a coupon was issued, and how it goes on from there. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Times(Instant issuedAt, Instant expiresAt, byte[] text) {
        Times(Instant issuedAt, Instant expiresAt) {
            this(
                    issuedAt,
                    expiresAt,
                    bytes(",\"issuedAt\":\"" + issuedAt + "\",\"expiresAt\":\"" + expiresAt
                            + "\",\"usedAt\":null,\"status\":\"active\"}"));
        }
    }

    /** The text that follows from these very terms. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Common(Terms terms, byte[] text) {}

    Buffer of(Issued coupon, Campaign campaign, long userId) {
        own.setLength(0);
        own.append("{\"couponId\":")
                .append(coupon.couponId())
                .append(",\"couponCode\":\"")
                .append(coupon.couponCode())
                .append("\",\"userId\":")
                .append(userId);
        byte[] common = commonOf(campaign);
        byte[] issued = timesOf(coupon);
        return Buffer.buffer(own.length() + common.length + issued.length)
                .appendString(own.toString())
                .appendBytes(common)
                .appendBytes(issued);
    }

    /** Those of a batch are issued at the same time. */
    private byte[] timesOf(Issued coupon) {
        if (!coupon.issuedAt().equals(times.issuedAt()) || !coupon.expiresAt().equals(times.expiresAt())) {
            times = new Times(coupon.issuedAt(), coupon.expiresAt());
        }
        return times.text();
    }

    private byte[] commonOf(Campaign campaign) {
        Common known = campaigns.get(campaign.eventId());
        if (known == null || !known.terms().equals(campaign.terms())) {
            if (campaigns.size() >= CAMPAIGNS_MAX) {
                campaigns.clear();
            }
            known = new Common(campaign.terms(), bytes(write(campaign)));
            campaigns.put(campaign.eventId(), known);
        }
        return known.text();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String write(Campaign campaign) {
        Terms terms = campaign.terms();
        return ",\"eventId\":" + campaign.eventId()
                + ",\"eventTitle\":" + Json.encode(terms.title())
                + ",\"discountType\":\"" + terms.discountType().wire()
                + "\",\"discountValue\":" + terms.discountValue().toPlainString()
                + ",\"minPurchaseAmount\":" + terms.minPurchaseAmount().toPlainString()
                + (terms.hasMaxDiscount()
                        ? ",\"maxDiscountAmount\":" + terms.maxDiscountAmount().toPlainString()
                        : "");
    }
}
