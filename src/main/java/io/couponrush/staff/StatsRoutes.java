package io.couponrush.staff;

import io.couponrush.campaign.EventPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** How a campaign goes, for the staff. */
public final class StatsRoutes implements Routes {
    private final Authentication authentication;
    private final Statistics statistics;

    public StatsRoutes(Authentication authentication, Statistics statistics) {
        this.authentication = authentication;
        this.statistics = statistics;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/admin/events/:eventId/stats")
                .handler(authentication.required(Permission.READ_STAFF))
                .handler(this::stats);
    }

    private void stats(RoutingContext ctx) {
        boolean unmasked = Authentication.caller(ctx).may(Permission.SEE_PERSONAL_DATA);
        EventPath.withId(
                ctx,
                id -> Replies.json(
                        ctx,
                        200,
                        statistics.of(id).map(StatsRoutes::found),
                        stats -> unmasked ? stats : EventStats.withMaskedEmails(stats)));
    }

    private static Answer<JsonObject> found(Optional<JsonObject> stats) {
        return stats.map(Answer::given).orElse(Answer.denied(ProblemCode.EVENT_NOT_FOUND));
    }
}
