package io.couponrush.campaign;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Page;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Giving campaigns to partners and taking them back, for who runs campaigns. */
public final class PartnerEventRoutes implements Routes {
    private static final String EVENTS = "/api/admin/partners/:partnerId/events";
    private static final String EVENT = EVENTS + "/:eventId";

    private final Authentication authentication;
    private final Campaigns campaigns;
    private final PartnerEventStore store;
    private final AuditTrail trail;

    public PartnerEventRoutes(
            Authentication authentication, Campaigns campaigns, PartnerEventStore store, AuditTrail trail) {
        this.authentication = authentication;
        this.campaigns = campaigns;
        this.store = store;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.get(EVENTS)
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(ctx -> withPartner(ctx, partner -> list(ctx, partner)));
        router.put(EVENT)
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(ctx -> withPartner(ctx, partner -> EventPath.withId(ctx, event -> give(ctx, partner, event))));
        router.delete(EVENT)
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(ctx -> withPartner(ctx, partner -> EventPath.withId(ctx, event -> take(ctx, partner, event))));
    }

    private static void withPartner(RoutingContext ctx, LongConsumer next) {
        QueryParams.withPathId(ctx, "partnerId", ProblemCode.PARTNER_NOT_FOUND, next);
    }

    private void list(RoutingContext ctx, long partnerId) {
        var params = new QueryParams(ctx);
        int limit = params.limit();
        long after = params.afterId();
        Problem wrong = params.problem();
        if (wrong != null) {
            Replies.deny(ctx, wrong);
            return;
        }
        Supplier<Future<Page<Long>>> listed = () ->
                store.page(partnerId, after, limit + 1).map(found -> Page.of(found, limit, QueryParams::cursorOf));
        Replies.json(ctx, 200, ofPartner(partnerId, listed), PartnerEventRoutes::json);
    }

    private static JsonObject json(Page<Long> page) {
        return new JsonObject().put("eventIds", new JsonArray(page.shown())).put("nextCursor", page.nextCursor());
    }

    private void give(RoutingContext ctx, long partnerId, long eventId) {
        Deed deed = trail.deed(ctx, "event.partner.give");
        Replies.noContent(
                ctx,
                campaigns.with(eventId, campaign -> ofPartner(partnerId, () -> store.give(partnerId, eventId, deed))));
    }

    private void take(RoutingContext ctx, long partnerId, long eventId) {
        Deed deed = trail.deed(ctx, "event.partner.take");
        Replies.noContent(
                ctx,
                campaigns.with(eventId, campaign -> ofPartner(partnerId, () -> store.take(partnerId, eventId, deed))));
    }

    private <T> Future<Answer<T>> ofPartner(long partnerId, Supplier<Future<T>> next) {
        return store.isPartner(partnerId)
                .compose(is -> is
                        ? next.get().map(Answer::given)
                        : Future.succeededFuture(Answer.denied(ProblemCode.PARTNER_NOT_FOUND)));
    }
}
