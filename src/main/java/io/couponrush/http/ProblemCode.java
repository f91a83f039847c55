package io.couponrush.http;

import io.vertx.core.json.JsonObject;

/** Every code a client can meet in a problem; the name is the API. Add, never rename. */
public enum ProblemCode {
    VALIDATION_FAILED(400, "The request is not valid"),
    UNAUTHENTICATED(401, "Sign in first"),
    INVALID_CREDENTIALS(401, "E-mail or password is wrong"),
    OTP_REQUIRED(401, "A code of the second factor is needed"),
    OTP_INVALID(401, "The code is wrong or was used already"),
    OIDC_LOGIN_FAILED(401, "The login elsewhere does not hold"),
    FORBIDDEN(403, "Not allowed"),
    EMAIL_NOT_VERIFIED(403, "The other login has no verified e-mail"),
    REAUTHENTICATION_REQUIRED(403, "Sign in again first"),
    SECOND_FACTOR_REQUIRED(403, "Set up a second factor, then sign in again"),
    NOT_FOUND(404, "Nothing here"),
    EVENT_NOT_FOUND(404, "No such event"),
    COUPON_NOT_FOUND(404, "No such coupon"),
    USER_NOT_FOUND(404, "No such user"),
    PARTNER_NOT_FOUND(404, "No such partner"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    REQUEST_TIMEOUT(408, "The request took too long to arrive"),
    EVENT_NOT_STARTED(409, "The event has not started"),
    EVENT_ENDED(409, "The event has ended"),
    EVENT_PAUSED(409, "The event is paused"),
    EVENT_IS_DRAW(409, "The event draws its winners: enter instead"),
    COUPON_SOLD_OUT(409, "No coupons left"),
    USER_LIMIT_EXCEEDED(409, "You have yours already"),
    EMAIL_ALREADY_EXISTS(409, "This e-mail is registered already"),
    IDENTITY_ALREADY_LINKED(409, "That login belongs to an account already"),
    SECOND_FACTOR_CONFLICT(409, "The second factor is set up already, or not yet"),
    COUPON_NOT_ACTIVE(409, "The coupon's state does not allow that"),
    COUPON_EXPIRED(409, "The coupon has expired"),
    MIN_PURCHASE_NOT_MET(409, "The purchase is too small for this coupon"),
    EVENT_STATE_CONFLICT(409, "The event's state does not allow that"),
    PRECONDITION_FAILED(412, "Somebody changed it meanwhile"),
    PAYLOAD_TOO_LARGE(413, "The body is too large"),
    URI_TOO_LONG(414, "The URI is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "Send application/json"),
    IDEMPOTENCY_KEY_REUSED(422, "This Idempotency-Key was used for another request"),
    ACCOUNT_LOCKED(423, "Too many failed attempts"),
    RATE_LIMITED(429, "Too many requests"),
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    INTERNAL_ERROR(500, "Something went wrong on our side"),
    OVERLOADED(503, "Too much is under way"),
    UNAVAILABLE(503, "A part of the service is away");

    private final int status;
    private final String title;

    private final String plainBody;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
        String body = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", title)
                .put("code", name())
                .encode();
        this.plainBody = body.substring(0, body.length() - 1) + ",\"requestId\":\"";
    }

    /** The body of a problem that says no more than its code, up to the request's id. */
    String plainBody() {
        return plainBody;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }
}
