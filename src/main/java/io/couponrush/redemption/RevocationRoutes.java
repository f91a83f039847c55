package io.couponrush.redemption;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.CampaignOffice;
import io.couponrush.campaign.CouponPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.couponrush.ops.RedemptionMeters;
import io.couponrush.ops.RedemptionMeters.Fate;
import io.couponrush.redemption.RevocationStore.Revoked;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calling coupons back, for the staff. */
public final class RevocationRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationRoutes.class);

    private final Authentication authentication;
    private final RevocationStore store;
    private final ShownCoupons coupons;
    private final CampaignOffice office;
    private final AuditTrail trail;
    private final RedemptionMeters meters;

    public RevocationRoutes(
            Authentication authentication,
            RevocationStore store,
            ShownCoupons coupons,
            CampaignOffice office,
            AuditTrail trail,
            RedemptionMeters meters) {
        this.authentication = authentication;
        this.store = store;
        this.coupons = coupons;
        this.office = office;
        this.trail = trail;
        this.meters = meters;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/admin/coupons/:couponCode/revoke")
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(ctx -> CouponPath.withCode(ctx, code -> revoke(ctx, code)));
    }

    private void revoke(RoutingContext ctx, String code) {
        Deed deed = trail.deed(ctx, "coupon.revoke");
        Future<Answer<JsonObject>> revoked = store.revoke(code, deed)
                .onComplete(done -> log(deed, code, done))
                .compose(answer -> spread(answer).compose(v -> coupons.after(answer, code)));
        Replies.json(ctx, 200, revoked, coupon -> coupon);
    }

    private Future<Void> spread(Answer<Revoked> answer) {
        if (!(answer instanceof Answer.Given<Revoked> given) || !given.value().fresh()) {
            return Future.succeededFuture();
        }
        meters.became(Fate.REVOKED, 1);
        Revoked revoked = given.value();
        return office.spread(revoked.eventId(), !revoked.over(), revoked.turned());
    }

    /** The store writes down what was done; here is what was not. */
    private void log(Deed deed, String code, AsyncResult<Answer<Revoked>> done) {
        if (done.succeeded() && done.result() instanceof Answer.Denied<Revoked> denied) {
            trail.refused(deed, RevocationStore.target(code), denied.problem().code());
        }
        LOG.atInfo()
                .addKeyValue("action", deed.action())
                .addKeyValue("userId", deed.actorId())
                .addKeyValue("success", done.succeeded() && done.result() instanceof Answer.Given)
                .addKeyValue("traceId", deed.traceId())
                .log("staff action");
    }
}
