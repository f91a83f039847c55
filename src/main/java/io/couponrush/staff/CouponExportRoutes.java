package io.couponrush.staff;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.EventAudit;
import io.couponrush.campaign.EventPath;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * All coupons of a campaign as CSV. Each slice is a short question of its own, asked when the client has taken the one
 * before: a slow reader holds neither a connection nor a snapshot. Every coupon that was there at the beginning is in the
 * list, once, as it was when its slice was read; of what is issued meanwhile, some are.
 */
public final class CouponExportRoutes implements Routes {
    private static final int SLICE = 1_000;
    private static final int AGAIN_SECONDS = 10;

    private final Authentication authentication;
    private final Campaigns campaigns;
    private final CouponListStore store;
    private final AuditTrail trail;
    private final Semaphore places;
    private final Duration timeLimit;

    /**
     * Makes the routes of one event loop.
     *
     * @param places of exports under way on the node, shared by its event loops; never waited for
     * @param timeLimit of one export, after which it is broken off
     */
    public CouponExportRoutes(
            Authentication authentication,
            Campaigns campaigns,
            CouponListStore store,
            AuditTrail trail,
            Semaphore places,
            Duration timeLimit) {
        this.authentication = authentication;
        this.campaigns = campaigns;
        this.store = store;
        this.trail = trail;
        this.places = places;
        this.timeLimit = timeLimit;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/admin/events/:eventId/coupons.csv")
                .handler(authentication.required(Permission.READ_STAFF))
                .handler(ctx -> EventPath.withId(ctx, id -> export(ctx, id)));
    }

    private void export(RoutingContext ctx, long eventId) {
        campaigns.fresh(eventId).onFailure(ctx::fail).onSuccess((Campaign campaign) -> {
            if (campaign == null) {
                Replies.deny(ctx, Problem.of(ProblemCode.EVENT_NOT_FOUND));
            } else if (!places.tryAcquire()) {
                Replies.deny(ctx, Problem.of(ProblemCode.OVERLOADED).retryAfter(AGAIN_SECONDS));
            } else {
                export(ctx, campaign)
                        .timeout(timeLimit.toMillis(), TimeUnit.MILLISECONDS)
                        .onComplete(done -> places.release())
                        .onFailure(e -> Replies.breakOff(ctx, e));
            }
        });
    }

    private Future<Void> export(RoutingContext ctx, Campaign campaign) {
        long eventId = campaign.eventId();
        var csv = new CouponCsv(eventId, campaign.terms().title());
        Deed deed = trail.deed(ctx, "event.export");
        return trail.done(deed, EventAudit.target(eventId), null)
                .compose(v -> store.page(eventId, CouponFilter.all(SLICE), SLICE))
                .compose(first -> begin(ctx.response(), eventId).compose(v -> write(ctx, eventId, csv, first)));
    }

    private static Future<Void> begin(HttpServerResponse response, long eventId) {
        return response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/csv; charset=utf-8")
                .putHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"coupons-" + eventId + ".csv\"")
                .write(CouponCsv.head());
    }

    private Future<Void> write(RoutingContext ctx, long eventId, CouponCsv csv, List<IssuedCoupon> slice) {
        if (slice.isEmpty()) {
            return ctx.response().end();
        }
        var rest = CouponFilter.all(SLICE).after(slice.get(slice.size() - 1).couponId());
        return ctx.response()
                .write(csv.lines(slice))
                .compose(v -> store.page(eventId, rest, SLICE))
                .compose(next -> write(ctx, eventId, csv, next));
    }
}
