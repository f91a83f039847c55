package io.couponrush.grant;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What became of the grant to one user.
 *
 * @param outcome of the claim that was made for the user; null when there is no such user
 */
record Granted(long userId, @Nullable IssueOutcome outcome) {
    /** Not final: nothing was issued, or the same grant again finds it. */
    boolean open() {
        return outcome instanceof Deferred;
    }

    /** The word of the API: ISSUED, ALREADY_ISSUED by the same grant before, or why there is no coupon. */
    String result() {
        if (outcome instanceof Issued issued) {
            return issued.replayed() ? "ALREADY_ISSUED" : "ISSUED";
        }
        if (outcome instanceof Refused refused) {
            return refused.why().name();
        }
        return outcome == null ? "USER_NOT_FOUND" : "UNAVAILABLE";
    }

    JsonObject json() {
        var json = new JsonObject().put("userId", userId).put("result", result());
        if (outcome instanceof Issued issued) {
            json.put("couponId", issued.couponId()).put("couponCode", issued.couponCode());
        } else if (outcome instanceof Refused refused && !refused.couponCodes().isEmpty()) {
            json.put("couponCodes", new JsonArray(refused.couponCodes()));
        }
        return json;
    }
}
