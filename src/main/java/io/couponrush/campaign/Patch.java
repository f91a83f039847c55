package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * New terms for a campaign. What coupons were issued under does not change after the first of them; the end is moved into
 * the past only by ending; once it has passed, only the texts change.
 */
record Patch(JsonObject body) implements Edit {
    @Override
    public Answer<Campaign> apply(Campaign campaign, Instant now) {
        var terms = new TermsBody(body);
        Campaign patched = campaign.with(terms.over(campaign.terms()));
        if (!terms.errors().isEmpty()) {
            return Answer.denied(Problem.invalid(terms.errors()));
        }
        return allowed(campaign, patched, now);
    }

    private static Answer<Campaign> allowed(Campaign before, Campaign after, Instant now) {
        Terms was = before.terms();
        Terms is = after.terms();
        if (before.status(now) == CampaignStatus.ENDED
                && !is.equals(was.withTexts(is.title(), is.description(), is.smallPrint()))) {
            return Edit.conflict("the event has ended: only title, description and terms can change");
        }
        if (is.totalCount() < before.issuedCount()) {
            return Edit.conflict("totalCount cannot be below the " + before.issuedCount() + " issued");
        }
        if (before.hasCoupons() && changesWhatWasIssued(was, is)) {
            return Edit.conflict("coupons have been issued: start, discount and minimum purchase stay,"
                    + " and maxPerUser cannot become less");
        }
        if (!is.endTime().equals(was.endTime()) && !is.endTime().isAfter(now)) {
            return Edit.conflict("endTime has passed: end the event instead");
        }
        return Answer.given(after);
    }

    private static boolean changesWhatWasIssued(Terms was, Terms is) {
        return !is.startTime().equals(was.startTime())
                || is.maxPerUser() < was.maxPerUser()
                || is.discountType() != was.discountType()
                || is.discountValue().compareTo(was.discountValue()) != 0
                || is.minPurchaseAmount().compareTo(was.minPurchaseAmount()) != 0
                || is.maxDiscountAmount().compareTo(was.maxDiscountAmount()) != 0;
    }
}
