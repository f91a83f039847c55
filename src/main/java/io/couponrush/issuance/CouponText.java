package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Terms;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.util.HashMap;
import java.util.Map;

/**
 * The API's Coupon as JSON text, for the answer that the crowd waits for: what all coupons of a campaign have in common
 * is written once. Belongs to one event loop.
 */
final class CouponText {
    private static final int CAMPAIGNS_MAX = 1_000;

    private final Map<Long, Common> common = new HashMap<>();

    /** The text that follows from these very terms. */
    private record Common(Terms terms, String text) {}

    Buffer of(Issued coupon, Campaign campaign, long userId) {
        return Buffer.buffer(512)
                .appendString("{\"couponId\":")
                .appendString(Long.toString(coupon.couponId()))
                .appendString(",\"couponCode\":\"")
                .appendString(coupon.couponCode())
                .appendString("\",\"userId\":")
                .appendString(Long.toString(userId))
                .appendString(commonOf(campaign))
                .appendString(",\"issuedAt\":\"")
                .appendString(coupon.issuedAt().toString())
                .appendString("\",\"expiresAt\":\"")
                .appendString(coupon.expiresAt().toString())
                .appendString("\",\"usedAt\":null,\"status\":\"active\"}");
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
