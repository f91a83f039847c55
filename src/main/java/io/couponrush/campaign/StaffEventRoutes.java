package io.couponrush.campaign;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Making and changing campaigns, for the staff. */
public final class StaffEventRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(StaffEventRoutes.class);
    private static final String EVENTS = "/api/admin/events";
    private static final String EVENT = EVENTS + "/:eventId";

    private final Authentication authentication;
    private final Contract contract;
    private final CampaignOffice office;
    private final EventPages pages;
    private final AuditTrail trail;
    private final InstantSource clock;

    public StaffEventRoutes(
            Authentication authentication,
            Contract contract,
            CampaignOffice office,
            CampaignStore store,
            AuditTrail trail,
            InstantSource clock) {
        this.authentication = authentication;
        this.contract = contract;
        this.office = office;
        this.pages = new EventPages(store::list, EventJson::forStaff, clock);
        this.trail = trail;
        this.clock = clock;
    }

    @Override
    public void mount(Router router) {
        router.get(EVENTS)
                .handler(authentication.required(Permission.READ_STAFF))
                .handler(ctx -> pages.answer(ctx, EventQuery.forStaff(ctx)));
        router.post(EVENTS)
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(contract.body("CreateEventRequest"))
                .handler(this::create);
        router.patch(EVENT)
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(contract.body("PatchEventRequest"))
                .handler(ctx -> change(ctx, "event.patch", new Patch(Contract.body(ctx))));
        router.post(EVENT + "/copies")
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(contract.body("CopyEventRequest"))
                .handler(this::copy);
        action(router, "pause", Edit.PAUSE);
        action(router, "resume", Edit.RESUME);
        action(router, "end", Edit.END);
    }

    private void action(Router router, String name, Edit edit) {
        router.post(EVENT + "/" + name)
                .handler(authentication.required(Permission.RUN_CAMPAIGNS))
                .handler(ctx -> change(ctx, "event." + name, edit));
    }

    private void create(RoutingContext ctx) {
        var body = new TermsBody(Contract.body(ctx));
        Terms terms = body.create(clock.instant());
        Deed deed = trail.deed(ctx, "event.create");
        Future<Answer<Campaign>> created = body.errors().isEmpty()
                ? office.create(terms, deed).map(Answer::given)
                : Future.succeededFuture(Answer.denied(Problem.invalid(body.errors())));
        show(ctx, deed, created);
    }

    private void copy(RoutingContext ctx) {
        var body = new TermsBody(Contract.body(ctx));
        Deed deed = trail.deed(ctx, "event.copy");
        EventPath.withId(ctx, id -> show(ctx, deed, office.copy(id, body, clock.instant(), deed)));
    }

    private void show(RoutingContext ctx, Deed deed, Future<Answer<Campaign>> created) {
        created.onComplete(done -> log(deed, idOf(done), done));
        Replies.json(ctx, 201, created, campaign -> {
            ctx.response().putHeader(HttpHeaders.LOCATION, "/api/coupons/events/" + campaign.eventId());
            return event(ctx, campaign, campaign.createdAt());
        });
    }

    private void change(RoutingContext ctx, String action, Edit edit) {
        Deed deed = trail.deed(ctx, action);
        var condition = new IfMatch(ctx.request().getHeader(HttpHeaders.IF_MATCH));
        EventPath.withId(ctx, id -> {
            Future<Answer<Change>> changed = office.change(id, edit.onlyIf(condition), deed);
            changed.onComplete(done -> log(deed, id, done));
            Replies.json(ctx, 200, changed, change -> event(ctx, change.after(), change.at()));
        });
    }

    /** Not as of before {@code decided}: what has just been ended has ended, also by a clock that lags. */
    private JsonObject event(RoutingContext ctx, Campaign campaign, Instant decided) {
        Instant now = clock.instant();
        Instant at = now.isBefore(decided) ? decided : now;
        ctx.response().putHeader(HttpHeaders.ETAG, ETag.of(campaign, at));
        return EventJson.forStaff(campaign, at);
    }

    private static long idOf(AsyncResult<Answer<Campaign>> done) {
        return done.succeeded() && done.result() instanceof Answer.Given<Campaign> given
                ? given.value().eventId()
                : 0;
    }

    /** The store writes down what was done; here is what was not. */
    private <T> void log(Deed deed, long eventId, AsyncResult<Answer<T>> done) {
        if (done.succeeded() && done.result() instanceof Answer.Denied<T> denied) {
            String target = eventId == 0 ? null : EventAudit.target(eventId);
            trail.refused(deed, target, denied.problem().code());
        }
        LOG.atInfo()
                .addKeyValue("action", deed.action())
                .addKeyValue("userId", deed.actorId())
                .addKeyValue("eventId", eventId)
                .addKeyValue("success", done.succeeded() && done.result() instanceof Answer.Given)
                .addKeyValue("traceId", deed.traceId())
                .log("staff action");
    }
}
