package io.couponrush.issuance;

import io.couponrush.campaign.CouponPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Page;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.couponrush.issuance.WalletStore.Shown;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Coupons as their owners see them. */
public final class CouponRoutes implements Routes {
    private final Authentication authentication;
    private final WalletStore wallet;

    public CouponRoutes(Authentication authentication, WalletStore wallet) {
        this.authentication = authentication;
        this.wallet = wallet;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/coupons/my")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(this::mine);
        router.get("/api/coupons/:couponCode")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(this::one);
    }

    private void mine(RoutingContext ctx) {
        Answer<CouponQuery> query = CouponQuery.of(ctx);
        if (query instanceof Answer.Given<CouponQuery> given) {
            long userId = Authentication.caller(ctx).userId();
            Replies.json(ctx, 200, page(userId, given.value()).map(Answer::given), page -> page);
        } else {
            Replies.deny(ctx, ((Answer.Denied<CouponQuery>) query).problem());
        }
    }

    private Future<JsonObject> page(long userId, CouponQuery query) {
        var rows = wallet.page(userId, query.beforeId(), query.eventId(), query.status(), query.limit() + 1);
        var summary = wallet.summary(userId, query.eventId());
        return Future.all(rows, summary)
                .map(read -> Page.of(rows.result(), query.limit(), coupon -> QueryParams.cursorOf(coupon.couponId()))
                        .json(Shown::json)
                        .put("summary", summary.result()));
    }

    private void one(RoutingContext ctx) {
        Caller caller = Authentication.caller(ctx);
        CouponPath.withCode(
                ctx, code -> Replies.json(ctx, 200, wallet.byCode(code).map(found -> visible(found, caller)), c -> c));
    }

    /** Another user's coupon does not exist. */
    private static Answer<JsonObject> visible(@Nullable Shown found, Caller caller) {
        boolean may = found != null && (found.userId() == caller.userId() || caller.may(Permission.READ_STAFF));
        return found != null && may ? Answer.given(found.json()) : Answer.denied(ProblemCode.COUPON_NOT_FOUND);
    }
}
