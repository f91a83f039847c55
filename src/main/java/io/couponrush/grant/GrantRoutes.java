package io.couponrush.grant;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.EventAudit;
import io.couponrush.campaign.EventPath;
import io.couponrush.campaign.PartnerEvents;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.couponrush.issuance.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Granting over HTTP, for the staff and the partners that were given the campaign. */
public final class GrantRoutes implements Routes {
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int AGAIN_SECONDS = 1;

    private final Authentication authentication;
    private final Contract contract;
    private final PartnerEvents events;
    private final GrantDesk desk;
    private final AuditTrail trail;
    private final Semaphore places;

    /**
     * Makes the routes of one event loop.
     *
     * @param places of requests under way on the node, shared by its event loops; never waited for
     */
    public GrantRoutes(
            Authentication authentication,
            Contract contract,
            PartnerEvents events,
            GrantDesk desk,
            AuditTrail trail,
            Semaphore places) {
        this.authentication = authentication;
        this.contract = contract;
        this.events = events;
        this.desk = desk;
        this.trail = trail;
        this.places = places;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/admin/events/:eventId/grants")
                .handler(authentication.required(Permission.GRANT_COUPONS))
                .handler(contract.body("GrantRequest"))
                .handler(ctx -> EventPath.withId(ctx, id -> grant(ctx, id)));
    }

    private void grant(RoutingContext ctx, long eventId) {
        String key = ctx.request().getHeader(IDEMPOTENCY_KEY);
        if (key != null && !IdempotencyKey.isValid(key)) {
            Replies.deny(ctx, Problem.invalid(IDEMPOTENCY_KEY, "must be 1 to 128 visible ASCII characters"));
        } else if (!places.tryAcquire()) {
            Replies.deny(ctx, Problem.of(ProblemCode.OVERLOADED).retryAfter(AGAIN_SECONDS));
        } else {
            Deed deed = trail.deed(ctx, "event.grant");
            var granted = grant(ctx, eventId, key, deed).onComplete(done -> places.release());
            granted.onSuccess(answer -> {
                if (answer instanceof Answer.Denied<List<Granted>> denied) {
                    trail.refused(
                            deed, EventAudit.target(eventId), denied.problem().code());
                }
            });
            Replies.json(ctx, 200, granted, results -> body(eventId, results));
        }
    }

    /**
     * The log says who was to get something before anything is issued, so that nobody is granted a coupon behind its back, and
     * what became of each before it is told.
     */
    private Future<Answer<List<Granted>>> grant(RoutingContext ctx, long eventId, @Nullable String key, Deed deed) {
        List<Long> users = users(Contract.body(ctx));
        Caller caller = Authentication.caller(ctx);
        GrantKey which = key == null ? GrantKey.once() : GrantKey.ofCall(caller.userId(), key);
        var what = new JsonObject().put("userIds", new JsonArray(users)).put("idempotencyKey", key);
        return events.with(
                caller,
                eventId,
                campaign -> campaign.draws()
                        ? Future.succeededFuture(Answer.denied(ProblemCode.EVENT_IS_DRAW))
                        : trail.done(deed, EventAudit.target(eventId), what)
                                .compose(v -> desk.grant(eventId, users, which))
                                .compose(granted -> trail.done(
                                                deed.as("event.grant.result"),
                                                EventAudit.target(eventId),
                                                told(granted))
                                        .map(granted))
                                .map(Answer::given));
    }

    /** Without codes: who reads the log is not who owns the coupons. */
    private static JsonObject told(List<Granted> granted) {
        var results = new JsonArray();
        granted.forEach(one -> {
            JsonObject json = one.json();
            results.add(new JsonObject()
                    .put("userId", json.getLong("userId"))
                    .put("result", json.getString("result"))
                    .put("couponId", json.getLong("couponId")));
        });
        return new JsonObject().put("results", results);
    }

    /** Each once, in their order. */
    private static List<Long> users(JsonObject body) {
        return body.getJsonArray("userIds").stream()
                .map(id -> ((Number) id).longValue())
                .distinct()
                .toList();
    }

    private static JsonObject body(long eventId, List<Granted> results) {
        Map<String, Integer> counts = new TreeMap<>();
        var items = new JsonArray();
        for (Granted granted : results) {
            counts.merge(granted.result(), 1, Integer::sum);
            items.add(granted.json());
        }
        var summary = new JsonObject();
        counts.forEach(summary::put);
        return new JsonObject().put("eventId", eventId).put("summary", summary).put("results", items);
    }
}
