package io.couponrush.issuance;

import io.couponrush.campaign.CouponPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.couponrush.issuance.WalletStore.Shown;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
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

    /** Reads one more than is shown, to know whether there is a next page. */
    private Future<JsonObject> page(long userId, CouponQuery query) {
        var rows = wallet.page(userId, query.beforeId(), query.eventId(), query.status(), query.limit() + 1);
        var summary = wallet.summary(userId, query.eventId());
        return Future.all(rows, summary).map(read -> page(rows.result(), summary.result(), query.limit()));
    }

    private static JsonObject page(List<Shown> found, JsonObject summary, int limit) {
        List<Shown> shown = found.subList(0, Math.min(limit, found.size()));
        var items = new JsonArray();
        shown.forEach(coupon -> items.add(coupon.json()));
        String next =
                found.size() > limit ? CouponQuery.cursor(shown.get(limit - 1).couponId()) : null;
        return new JsonObject().put("items", items).put("nextCursor", next).put("summary", summary);
    }

    private void one(RoutingContext ctx) {
        Caller caller = Authentication.caller(ctx);
        CouponPath.withCode(
                ctx,
                code -> Replies.json(
                        ctx, 200, wallet.byCode(code, caller.userId()).map(found -> visible(found, caller)), c -> c));
    }

    /** Another user's coupon does not exist. */
    private static Answer<JsonObject> visible(@Nullable Shown found, Caller caller) {
        boolean may = found != null && (found.userId() == caller.userId() || caller.may(Permission.READ_STAFF));
        return found != null && may ? Answer.given(found.json()) : Answer.denied(ProblemCode.COUPON_NOT_FOUND);
    }
}
