package io.couponrush.bus;

/** Why a claim got no coupon: final answers, each a problem code of the API. Add, never rename. */
public enum Refusal {
    EVENT_NOT_FOUND,
    EVENT_NOT_STARTED,
    EVENT_ENDED,
    EVENT_PAUSED,
    FORBIDDEN,
    EVENT_IS_DRAW,
    COUPON_SOLD_OUT,
    USER_LIMIT_EXCEEDED,
    IDEMPOTENCY_KEY_REUSED
}
