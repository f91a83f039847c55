package io.couponrush.staff;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.QueryParams;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which coupons of a campaign the staff asks for, and after which one they begin. */
record CouponFilter(@Nullable String status, @Nullable Long userId, @Nullable String code, long afterId, int limit) {
    private static final Pattern CODE = Pattern.compile("[A-Z0-9-]{1,40}");

    /** All of them, that many at a time. */
    static CouponFilter all(int limit) {
        return new CouponFilter(null, null, null, 0, limit);
    }

    private enum Status {
        ACTIVE,
        USED,
        EXPIRED,
        REVOKED
    }

    static Answer<CouponFilter> of(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        Status status = params.oneOf("status", Status.class);
        OptionalLong userId = params.id("userId");
        var filter = new CouponFilter(
                status == null ? null : status.name().toLowerCase(Locale.ROOT),
                userId.isPresent() ? userId.getAsLong() : null,
                params.text("code", CODE, "must be a coupon code"),
                params.afterId(),
                params.limit());
        Problem problem = params.problem();
        return problem == null ? Answer.given(filter) : Answer.denied(problem);
    }

    CouponFilter after(long couponId) {
        return new CouponFilter(status, userId, code, couponId, limit);
    }
}
