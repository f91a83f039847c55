package io.couponrush.draw;

import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.EventPath;
import io.couponrush.campaign.NotStarted;
import io.couponrush.draw.DrawStore.Entry;
import io.couponrush.draw.DrawStore.Seen;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Entering draws, and seeing that they were fair. */
public final class DrawRoutes implements Routes {
    private static final String EVENT = "/api/coupons/events/:eventId";
    private static final long NOBODY = 0;

    private final Authentication authentication;
    private final Campaigns campaigns;
    private final DrawStore store;
    private final RateLimiter limiter;
    private final InstantSource clock;

    /**
     * Makes the routes of one event loop.
     *
     * @param limiter of issuing, per user: entering counts as a claim
     * @param clock Postgres' time as this node knows it
     */
    public DrawRoutes(
            Authentication authentication,
            Campaigns campaigns,
            DrawStore store,
            RateLimiter limiter,
            InstantSource clock) {
        this.authentication = authentication;
        this.campaigns = campaigns;
        this.store = store;
        this.limiter = limiter;
        this.clock = clock;
    }

    @Override
    public void mount(Router router) {
        router.post(EVENT + "/entries")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(ctx -> EventPath.withId(ctx, id -> enter(ctx, id)));
        router.get(EVENT + "/draw")
                .handler(authentication.optional())
                .handler(ctx -> EventPath.withId(ctx, id -> see(ctx, id)));
    }

    private void enter(RoutingContext ctx, long eventId) {
        long userId = Authentication.caller(ctx).userId();
        Problem limited = limiter.take(userId);
        if (limited != null) {
            Replies.deny(ctx, limited);
            return;
        }
        var body = new JsonObject().put("eventId", eventId).put("userId", userId);
        var answered = campaigns.with(
                eventId, campaign -> store.enter(eventId, userId).map(entry -> answer(entry, campaign, body)));
        Replies.json(ctx, 201, answered, entered -> entered);
    }

    private Answer<JsonObject> answer(Entry entry, Campaign campaign, JsonObject entered) {
        return switch (entry) {
            case ENTERED -> Answer.given(entered);
            case NO_EVENT -> Answer.denied(ProblemCode.EVENT_NOT_FOUND);
            case NO_DRAW -> Answer.denied(Problem.of(ProblemCode.EVENT_STATE_CONFLICT, "The event does not draw."));
            case NOT_OPEN -> Answer.denied(NotStarted.problem(campaign, clock.instant()));
            case CLOSED -> Answer.denied(ProblemCode.EVENT_ENDED);
            case PAUSED -> Answer.denied(ProblemCode.EVENT_PAUSED);
            case BARRED -> Answer.denied(Problem.of(ProblemCode.FORBIDDEN, "The event is for those who were invited."));
        };
    }

    private void see(RoutingContext ctx, long eventId) {
        Caller caller = Authentication.callerOrNull(ctx);
        long userId = caller == null ? NOBODY : caller.userId();
        var seen = campaigns.with(eventId, campaign -> store.see(eventId, userId)
                .map(found -> found.map(draw -> Answer.given(json(eventId, draw, userId)))
                        .orElse(Answer.denied(Problem.of(ProblemCode.NOT_FOUND, "The event does not draw.")))));
        Replies.json(ctx, 200, seen, draw -> draw);
    }

    /** The seed is told once nothing can depend on it any more. */
    private static JsonObject json(long eventId, Seen draw, long userId) {
        var json = new JsonObject()
                .put("eventId", eventId)
                .put("status", status(draw))
                .put("commitment", draw.seed().commitment());
        if (draw.decided()) {
            json.put("seed", draw.seed().hex())
                    .put("entries", draw.entries())
                    .put("winners", draw.winners())
                    .put("lastTicket", ticketOf(draw, draw.lastWinner()));
        }
        if (userId == NOBODY) {
            return json;
        }
        json.put("entered", draw.entered());
        return draw.decided() && draw.entered()
                ? json.put("ticket", draw.seed().ticket(userId))
                        .put("won", draw.place() != null)
                        .put("place", draw.place())
                : json;
    }

    private static @Nullable String ticketOf(Seen draw, @Nullable Long userId) {
        return userId == null ? null : draw.seed().ticket(userId);
    }

    private static String status(Seen draw) {
        if (draw.done()) {
            return "done";
        }
        if (draw.decided()) {
            return "decided";
        }
        return draw.over() ? "closed" : "open";
    }
}
