package io.couponrush.staff;

import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.EventPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Page;
import io.couponrush.http.Permission;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The coupons of a campaign, for the staff. */
public final class CouponListRoutes implements Routes {
    private final Authentication authentication;
    private final Campaigns campaigns;
    private final CouponListStore store;

    public CouponListRoutes(Authentication authentication, Campaigns campaigns, CouponListStore store) {
        this.authentication = authentication;
        this.campaigns = campaigns;
        this.store = store;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/admin/events/:eventId/coupons")
                .handler(authentication.required(Permission.READ_STAFF))
                .handler(this::list);
    }

    private void list(RoutingContext ctx) {
        Answer<CouponFilter> asked = CouponFilter.of(ctx);
        if (asked instanceof Answer.Given<CouponFilter> given) {
            EventPath.withId(ctx, id -> Replies.json(ctx, 200, page(id, given.value()), page -> page));
        } else {
            Replies.deny(ctx, ((Answer.Denied<CouponFilter>) asked).problem());
        }
    }

    private Future<Answer<JsonObject>> page(long eventId, CouponFilter filter) {
        return campaigns.with(eventId, campaign -> store.page(eventId, filter, filter.limit() + 1)
                .map(found -> Page.of(found, filter.limit(), coupon -> QueryParams.cursorOf(coupon.couponId())))
                .map(page -> Answer.given(page.json(coupon -> coupon.json(eventId)))));
    }
}
