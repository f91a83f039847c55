package io.couponrush.staff;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.QueryParams;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which coupons of a campaign the staff asks for, and where the page before ended. */
record CouponFilter(@Nullable String status, @Nullable Long userId, @Nullable String code, Place after, int limit) {
    private static final Pattern CODE = Pattern.compile("[A-Z0-9-]{1,40}");

    /** All of them, that many at a time. */
    static CouponFilter all(int limit) {
        return new CouponFilter(null, null, null, Place.START, limit);
    }

    private enum Status {
        ACTIVE,
        USED,
        EXPIRED,
        REVOKED
    }

    /** A coupon's place in the list of a campaign: by user, and by the user's number. No two have the same. */
    record Place(long userId, int seq) {
        static final Place START = new Place(0, 0);
        private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})_([0-9]{1,4})");

        String cursor() {
            return QueryParams.cursorOf(userId + "_" + seq);
        }

        private static Place of(QueryParams params) {
            String cursor = params.cursor();
            if (cursor == null) {
                return START;
            }
            Matcher text = TEXT.matcher(cursor);
            if (!text.matches()) {
                params.badCursor();
                return START;
            }
            return new Place(Long.parseLong(text.group(1)), Integer.parseInt(text.group(2)));
        }
    }

    static Answer<CouponFilter> of(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        Status status = params.oneOf("status", Status.class);
        OptionalLong userId = params.id("userId");
        var filter = new CouponFilter(
                status == null ? null : status.name().toLowerCase(Locale.ROOT),
                userId.isPresent() ? userId.getAsLong() : null,
                params.text("code", CODE, "must be a coupon code"),
                Place.of(params),
                params.limit());
        Problem problem = params.problem();
        return problem == null ? Answer.given(filter) : Answer.denied(problem);
    }

    CouponFilter from(Place place) {
        return new CouponFilter(status, userId, code, place, limit);
    }
}
