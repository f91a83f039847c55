package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Terms;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The API's Coupon as JSON text, for the answer that the crowd waits for: what all coupons of a campaign have in common
 * is written once. Belongs to one event loop.
 */
final class CouponText {
    private static final int CAMPAIGNS_MAX = 1_000;

    private final Map<Long, Common> common = new HashMap<>();
    private final StringBuilder text = new StringBuilder(512);
    private Times times = new Times(Instant.EPOCH, Instant.EPOCH);

    /** The text of when a coupon was issued, and how it goes on from there. */
    private record Times(Instant issuedAt, Instant expiresAt, String text) {
        Times(Instant issuedAt, Instant expiresAt) {
            this(
                    issuedAt,
                    expiresAt,
                    ",\"issuedAt\":\"" + issuedAt + "\",\"expiresAt\":\"" + expiresAt
                            + "\",\"usedAt\":null,\"status\":\"active\"}");
        }
    }

    /** The text that follows from these very terms. */
    private record Common(Terms terms, String text) {}

    Buffer of(Issued coupon, Campaign campaign, long userId) {
        text.setLength(0);
        text.append("{\"couponId\":")
                .append(coupon.couponId())
                .append(",\"couponCode\":\"")
                .append(coupon.couponCode())
                .append("\",\"userId\":")
                .append(userId)
                .append(commonOf(campaign))
                .append(timesOf(coupon));
        return Buffer.buffer(text.toString());
    }

    /** Those of a batch are issued at the same time. */
    private String timesOf(Issued coupon) {
        if (!coupon.issuedAt().equals(times.issuedAt()) || !coupon.expiresAt().equals(times.expiresAt())) {
            times = new Times(coupon.issuedAt(), coupon.expiresAt());
        }
        return times.text();
    }

    private String commonOf(Campaign campaign) {
        Common known = common.get(campaign.eventId());
        if (known == null || !known.terms().equals(campaign.terms())) {
            if (common.size() >= CAMPAIGNS_MAX) {
                common.clear();
            }
            known = new Common(campaign.terms(), write(campaign));
            common.put(campaign.eventId(), known);
        }
        return known.text();
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
