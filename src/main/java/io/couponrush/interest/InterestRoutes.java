package io.couponrush.interest;

import io.couponrush.campaign.CampaignStatus;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.EventPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Asking to be told: before the start, and first when stock returns. */
public final class InterestRoutes implements Routes {
    private static final String INTEREST = "/api/coupons/events/:eventId/interest";

    private final Authentication authentication;
    private final Campaigns campaigns;
    private final InterestStore store;
    private final InstantSource clock;

    /**
     * Makes the routes.
     *
     * @param clock Postgres' time as this node knows it
     */
    public InterestRoutes(
            Authentication authentication, Campaigns campaigns, InterestStore store, InstantSource clock) {
        this.authentication = authentication;
        this.campaigns = campaigns;
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void mount(Router router) {
        router.get(INTEREST)
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(ctx -> EventPath.withId(ctx, id -> show(ctx, id)));
        router.post(INTEREST)
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(ctx -> EventPath.withId(ctx, id -> join(ctx, id)));
        router.delete(INTEREST)
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(ctx -> EventPath.withId(ctx, id -> leave(ctx, id)));
    }

    private void show(RoutingContext ctx, long eventId) {
        var since = campaigns.with(
                eventId, campaign -> store.since(eventId, userId(ctx)).map(s -> Answer.given(json(eventId, s))));
        Replies.json(ctx, 200, since, interest -> interest);
    }

    private void join(RoutingContext ctx, long eventId) {
        var joined = campaigns.with(
                eventId,
                campaign -> campaign.status(clock.instant()) == CampaignStatus.ENDED
                        ? Future.succeededFuture(Answer.<JsonObject>denied(ProblemCode.EVENT_ENDED))
                        : store.join(eventId, userId(ctx)).map(since -> Answer.given(json(eventId, since))));
        Replies.json(ctx, 200, joined, interest -> interest);
    }

    private void leave(RoutingContext ctx, long eventId) {
        var left = campaigns.with(
                eventId, campaign -> store.leave(eventId, userId(ctx)).map(Answer.given(eventId)));
        Replies.noContent(ctx, left);
    }

    private static JsonObject json(long eventId, @Nullable Instant since) {
        return new JsonObject()
                .put("eventId", eventId)
                .put("interested", since != null)
                .put("since", since == null ? null : since.toString());
    }

    private static long userId(RoutingContext ctx) {
        return Authentication.caller(ctx).userId();
    }
}
