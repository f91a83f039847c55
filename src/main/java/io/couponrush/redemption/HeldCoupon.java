package io.couponrush.redemption;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A coupon whose row is locked, and what may be done with it.
 *
 * @param orderId the last order that used it, also after that was cancelled
 * @param use while it is used
 * @param now Postgres' time when the row was locked
 */
record HeldCoupon(
        long couponId,
        long eventId,
        Status status,
        Instant expiresAt,
        @Nullable String orderId,
        @Nullable Use use,
        Discount discount,
        Instant now) {

    /** As it is stored: an active coupon may be past its expiry. */
    enum Status {
        ACTIVE,
        USED,
        EXPIRED,
        REVOKED
    }

    /** The use for that order: the one that stands if it is the same, else a new one. */
    Answer<Use> use(Order order) {
        if (use != null) {
            return again(use, order);
        }
        if (status == Status.REVOKED) {
            return notActive("the coupon was revoked");
        }
        if (status == Status.EXPIRED || !now.isBefore(expiresAt)) {
            return Answer.denied(ProblemCode.COUPON_EXPIRED);
        }
        if (!discount.isFor(order.purchaseAmount())) {
            return Answer.denied(
                    Problem.of(ProblemCode.MIN_PURCHASE_NOT_MET).with("minPurchaseAmount", discount.minPurchase()));
        }
        return Answer.given(new Use(order, discount.on(order.purchaseAmount()), now));
    }

    private static Answer<Use> again(Use use, Order order) {
        if (!use.order().orderId().equals(order.orderId())) {
            return notActive("the coupon is used for another order");
        }
        boolean same = use.order().purchaseAmount().compareTo(order.purchaseAmount()) == 0;
        return same
                ? Answer.given(use)
                : Answer.denied(Problem.of(
                        ProblemCode.IDEMPOTENCY_KEY_REUSED, "the order used the coupon with another purchaseAmount"));
    }

    /** Whether there is a use by that order to cancel; false when it is cancelled already. */
    Answer<Boolean> cancel(String by) {
        if (!by.equals(orderId)) {
            return notActive("the coupon is not used for this order");
        }
        return Answer.given(use != null);
    }

    private static <T> Answer<T> notActive(String why) {
        return Answer.denied(Problem.of(ProblemCode.COUPON_NOT_ACTIVE, why));
    }
}
