package io.couponrush.campaign;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** The API's Event: a campaign as clients see it. */
final class EventJson {
    private EventJson() {}

    static JsonObject of(Campaign campaign, Instant now) {
        Terms terms = campaign.terms();
        var event = new JsonObject()
                .put("eventId", campaign.eventId())
                .put("title", terms.title())
                .put("description", terms.description())
                .put("terms", terms.smallPrint())
                .put("totalCount", terms.totalCount())
                .put("issuedCount", campaign.issuedCount())
                .put("remainingCount", campaign.remainingCount())
                .put("startTime", terms.startTime().toString())
                .put("endTime", terms.endTime().toString())
                .put("maxPerUser", terms.maxPerUser())
                .put("discountType", terms.discountType().wire())
                .put("discountValue", terms.discountValue())
                .put("minPurchaseAmount", terms.minPurchaseAmount())
                .put("validDays", terms.validDays())
                .put("audience", terms.audience().wire())
                .put("mode", terms.mode().wire())
                .put("status", campaign.status(now).wire())
                .put("soldOut", campaign.soldOut())
                .put("generation", campaign.soldOutGeneration())
                .put("createdAt", campaign.createdAt().toString());
        return terms.hasMaxDiscount() ? event.put("maxDiscountAmount", terms.maxDiscountAmount()) : event;
    }

    /** With what only the staff needs to know. */
    static JsonObject forStaff(Campaign campaign, Instant now) {
        return of(campaign, now).put("codePrefix", campaign.terms().codePrefix());
    }

    /** With what the asking user can still get. */
    static JsonObject forUser(Campaign campaign, Instant now, int userIssued, boolean invited) {
        boolean canIssue = campaign.status(now) == CampaignStatus.ACTIVE
                && invited
                && !campaign.draws()
                && !campaign.soldOut()
                && userIssued < campaign.terms().maxPerUser();
        return of(campaign, now).put("userIssuedCount", userIssued).put("canIssue", canIssue);
    }
}
