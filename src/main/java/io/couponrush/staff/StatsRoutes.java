package io.couponrush.staff;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.EventAudit;
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
import java.util.Optional;

/** How a campaign goes, for the staff. */
public final class StatsRoutes implements Routes {
    private final Authentication authentication;
    private final Statistics statistics;
    private final AuditTrail trail;

    public StatsRoutes(Authentication authentication, Statistics statistics, AuditTrail trail) {
        this.authentication = authentication;
        this.statistics = statistics;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/admin/events/:eventId/stats")
                .handler(authentication.required(Permission.READ_STAFF))
                .handler(this::stats);
    }

    private void stats(RoutingContext ctx) {
        boolean unmasked = Authentication.caller(ctx).may(Permission.SEE_PERSONAL_DATA);
        EventPath.withId(ctx, id -> {
            var found = statistics.of(id).map(StatsRoutes::found);
            Replies.json(ctx, 200, unmasked ? written(ctx, id, found) : found.map(StatsRoutes::masked), stats -> stats);
        });
    }

    /** Nobody is shown the e-mails of others who is not in the log. */
    private Future<Answer<JsonObject>> written(RoutingContext ctx, long eventId, Future<Answer<JsonObject>> found) {
        Deed deed = trail.deed(ctx, "event.stats");
        return found.compose(answer -> Answer.then(answer, stats -> trail.done(deed, EventAudit.target(eventId), null)
                .map(Answer.given(stats))));
    }

    private static Answer<JsonObject> masked(Answer<JsonObject> answer) {
        return answer.map(EventStats::withMaskedEmails);
    }

    private static Answer<JsonObject> found(Optional<JsonObject> stats) {
        return stats.map(Answer::given).orElse(Answer.denied(ProblemCode.EVENT_NOT_FOUND));
    }
}
