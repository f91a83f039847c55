package io.couponrush.campaign;

import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The {@code couponCode} in a path. */
public final class CouponPath {
    /** What may be a code at all; the rest is not worth a question, and some of it no question Postgres would take. */
    private static final Pattern CODE = Pattern.compile("[A-Z0-9-]{1,40}");

    private CouponPath() {}

    /** Goes on with the code; what cannot be one is a coupon that does not exist. */
    public static void withCode(RoutingContext ctx, Consumer<String> next) {
        String code = ctx.pathParam("couponCode");
        if (CODE.matcher(code).matches()) {
            next.accept(code);
        } else {
            Replies.deny(ctx, Problem.of(ProblemCode.COUPON_NOT_FOUND));
        }
    }
}
