package io.couponrush.redemption;

import io.couponrush.campaign.CampaignNews;
import io.couponrush.campaign.CouponPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.couponrush.ops.RedemptionMeters;
import io.couponrush.ops.RedemptionMeters.Fate;
import io.couponrush.redemption.RedemptionStore.Used;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Using coupons, by those who hold them. */
public final class RedemptionRoutes implements Routes {
    private static final String COUPON = "/api/coupons/:couponCode";

    private final Authentication authentication;
    private final Contract contract;
    private final RedemptionStore store;
    private final ShownCoupons coupons;
    private final CampaignNews news;
    private final RedemptionMeters meters;

    public RedemptionRoutes(
            Authentication authentication,
            Contract contract,
            RedemptionStore store,
            ShownCoupons coupons,
            CampaignNews news,
            RedemptionMeters meters) {
        this.authentication = authentication;
        this.contract = contract;
        this.store = store;
        this.coupons = coupons;
        this.news = news;
        this.meters = meters;
    }

    @Override
    public void mount(Router router) {
        router.post(COUPON + "/use")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("UseRequest"))
                .handler(ctx -> CouponPath.withCode(ctx, code -> use(ctx, code)));
        router.post(COUPON + "/cancel-use")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("CancelUseRequest"))
                .handler(ctx -> CouponPath.withCode(ctx, code -> cancel(ctx, code)));
    }

    private void use(RoutingContext ctx, String code) {
        Order order = Order.of(Contract.body(ctx));
        Future<Answer<Used>> used = store.use(code, userId(ctx), order).onSuccess(answer -> {
            if (answer instanceof Answer.Given<Used> given && given.value().fresh()) {
                meters.became(Fate.USED, 1);
                news.outboxWritten();
            }
        });
        Replies.json(ctx, 200, used, standing -> standing.use().json(code));
    }

    private void cancel(RoutingContext ctx, String code) {
        String orderId = Contract.body(ctx).getString("orderId");
        Future<Answer<JsonObject>> cancelled = store.cancel(code, userId(ctx), orderId)
                .onSuccess(answer -> {
                    if (answer instanceof Answer.Given<Boolean> given && given.value()) {
                        meters.became(Fate.CANCELLED, 1);
                    }
                })
                .compose(answer -> coupons.after(answer, code));
        Replies.json(ctx, 200, cancelled, coupon -> coupon);
    }

    private static long userId(RoutingContext ctx) {
        return Authentication.caller(ctx).userId();
    }
}
