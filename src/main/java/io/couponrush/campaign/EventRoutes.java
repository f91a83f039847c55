package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Campaigns as everybody may see them. */
public final class EventRoutes implements Routes {
    private static final CharSequence SERVER_TIME = HttpHeaders.createOptimized("X-Server-Time");

    private final Authentication authentication;
    private final Campaigns campaigns;
    private final EventPages pages;
    private final UserCounts counts;
    private final Guests guests;
    private final InstantSource clock;

    /** An Event as one caller sees it, with its tag. */
    private record View(String tag, JsonObject event) {}

    public EventRoutes(
            Authentication authentication,
            Campaigns campaigns,
            CampaignStore store,
            UserCounts counts,
            Guests guests,
            InstantSource clock) {
        this.authentication = authentication;
        this.campaigns = campaigns;
        this.pages = new EventPages(store::list, EventJson::of, clock);
        this.counts = counts;
        this.guests = guests;
        this.clock = clock;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/coupons/events").handler(this::tellTime).handler(this::list);
        router.get("/api/coupons/events/:eventId")
                .handler(this::tellTime)
                .handler(authentication.optional())
                .handler(this::detail);
    }

    /** The clock that decides who was early, so that pages can count down by it. */
    private void tellTime(RoutingContext ctx) {
        ctx.response().putHeader(SERVER_TIME, clock.instant().toString());
        ctx.next();
    }

    private void list(RoutingContext ctx) {
        pages.answer(ctx, EventQuery.of(ctx));
    }

    private void detail(RoutingContext ctx) {
        EventPath.withId(ctx, id -> view(id, Authentication.callerOrNull(ctx))
                .onSuccess(answer -> show(ctx, answer))
                .onFailure(ctx::fail));
    }

    private Future<Answer<View>> view(long eventId, @Nullable Caller caller) {
        return campaigns.fresh(eventId).compose(campaign -> {
            if (campaign == null) {
                return Future.succeededFuture(Answer.denied(ProblemCode.EVENT_NOT_FOUND));
            }
            return caller == null
                    ? Future.succeededFuture(Answer.given(publicly(campaign)))
                    : viewOf(campaign, caller.userId()).map(Answer::given);
        });
    }

    private Future<View> viewOf(Campaign campaign, long userId) {
        Future<Integer> issued = counts.issuedTo(userId, campaign.eventId());
        Future<Boolean> invited =
                campaign.restricted() ? guests.invited(userId, campaign.eventId()) : Future.succeededFuture(true);
        return issued.compose(count -> invited.map(may -> forUser(campaign, count, may)));
    }

    private View publicly(Campaign campaign) {
        Instant now = clock.instant();
        return new View(ETag.of(campaign, now), EventJson.of(campaign, now));
    }

    private View forUser(Campaign campaign, int userIssued, boolean invited) {
        Instant now = clock.instant();
        return new View(
                ETag.forUser(campaign, now, userIssued, invited),
                EventJson.forUser(campaign, now, userIssued, invited));
    }

    private static void show(RoutingContext ctx, Answer<View> answer) {
        if (!(answer instanceof Answer.Given<View> given)) {
            Replies.deny(ctx, ((Answer.Denied<View>) answer).problem());
            return;
        }
        View view = given.value();
        ctx.response()
                .putHeader(HttpHeaders.ETAG, view.tag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .headers()
                .add(HttpHeaders.VARY, "Authorization"); // beside what CORS may have put there
        if (ETag.named(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH), view.tag())) {
            ctx.response().setStatusCode(304).end().onFailure(gone -> {});
        } else {
            Replies.json(ctx, 200, view.event());
        }
    }
}
