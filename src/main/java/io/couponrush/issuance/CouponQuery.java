package io.couponrush.issuance;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.QueryParams;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Which of their coupons a user asks for: below {@code beforeId}, since the newest come first. */
record CouponQuery(long beforeId, @Nullable Long eventId, @Nullable String status, int limit) {

    /** What a coupon's status may be asked for. */
    private enum Status {
        ACTIVE,
        USED,
        EXPIRED,
        REVOKED
    }

    static Answer<CouponQuery> of(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        OptionalLong eventId = params.id("eventId");
        Status status = params.oneOf("status", Status.class);
        int limit = params.limit();
        long beforeId = params.beforeId();
        Problem problem = params.problem();
        return problem != null
                ? Answer.denied(problem)
                : Answer.given(new CouponQuery(
                        beforeId,
                        eventId.isPresent() ? eventId.getAsLong() : null,
                        status == null ? null : status.name().toLowerCase(Locale.ROOT),
                        limit));
    }
}
