package io.couponrush.redemption;

import io.couponrush.http.Answer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** Shows a coupon that exists as the API's Coupon, as it stands now. */
@FunctionalInterface
public interface ShownCoupons {
    Future<JsonObject> show(String code);

    /** The coupon after something was done to it; a denial stays one. */
    default Future<Answer<JsonObject>> after(Answer<?> done, String code) {
        return done instanceof Answer.Denied<?> denied
                ? Future.succeededFuture(Answer.denied(denied.problem()))
                : show(code).map(Answer::given);
    }
}
