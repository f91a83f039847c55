package io.couponrush.audience;

import io.couponrush.audience.AudienceStore.Struck;
import io.couponrush.audience.Import.Report;
import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.CampaignOffice;
import io.couponrush.campaign.EventAudit;
import io.couponrush.campaign.EventPath;
import io.couponrush.campaign.PartnerEvents;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.BodyStream;
import io.couponrush.http.MediaType;
import io.couponrush.http.Page;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guests of a campaign, for the staff and the partners that were given it: a file of them is added when it has arrived,
 * all of it or nothing.
 */
public final class AudienceRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(AudienceRoutes.class);
    private static final String AUDIENCE = "/api/admin/events/:eventId/audience";
    private static final long BYTES_MAX = 32L << 20;
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final int AGAIN_SECONDS = 10;
    private static final int MANY = 1_000;

    private final Authentication authentication;
    private final PartnerEvents events;
    private final AudienceStore store;
    private final CampaignOffice office;
    private final AuditTrail trail;
    private final Places places;

    /** What {@code dryRun} may say. */
    private enum Flag {
        TRUE,
        FALSE
    }

    /**
     * Makes the routes of one event loop.
     *
     * @param places of imports under way on the node, shared by its event loops
     */
    public AudienceRoutes(
            Authentication authentication,
            PartnerEvents events,
            AudienceStore store,
            CampaignOffice office,
            AuditTrail trail,
            Places places) {
        this.authentication = authentication;
        this.events = events;
        this.store = store;
        this.office = office;
        this.trail = trail;
        this.places = places;
    }

    @Override
    public void mountStreaming(Router router) {
        router.post(AUDIENCE)
                .handler(BodyStream::begin)
                .handler(authentication.required(Permission.GRANT_COUPONS))
                .handler(ctx -> EventPath.withId(ctx, id -> add(ctx, id)));
    }

    @Override
    public void mount(Router router) {
        router.get(AUDIENCE)
                .handler(authentication.required(Permission.GRANT_COUPONS))
                .handler(ctx -> EventPath.withId(ctx, id -> list(ctx, id)));
        router.delete(AUDIENCE)
                .handler(authentication.required(Permission.GRANT_COUPONS))
                .handler(ctx -> EventPath.withId(ctx, id -> clear(ctx, id)));
        router.delete(AUDIENCE + "/:userId")
                .handler(authentication.required(Permission.GRANT_COUPONS))
                .handler(ctx -> EventPath.withId(ctx, id -> remove(ctx, id)));
    }

    private void add(RoutingContext ctx, long eventId) {
        var params = new QueryParams(ctx);
        boolean dryRun = params.oneOf("dryRun", Flag.class) == Flag.TRUE;
        Problem wrong = params.problem();
        if (wrong == null && !MediaType.isCsv(ctx.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
            wrong = Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send text/csv.");
        }
        if (wrong != null) {
            Replies.deny(ctx, wrong);
        } else if (!places.take(Authentication.caller(ctx).userId())) {
            Replies.deny(ctx, Problem.of(ProblemCode.OVERLOADED).retryAfter(AGAIN_SECONDS));
        } else {
            Deed deed = trail.deed(ctx, "event.audience.add");
            var added = events.with(Authentication.caller(ctx), eventId, campaign -> add(ctx, eventId, dryRun, deed))
                    .onComplete(
                            done -> places.giveBack(Authentication.caller(ctx).userId()));
            answer(ctx, deed, eventId, added, report -> report.json(dryRun));
        }
    }

    private Future<Answer<Report>> add(RoutingContext ctx, long eventId, boolean dryRun, Deed deed) {
        var file = new Import();
        return BodyStream.read(ctx.request(), BYTES_MAX, WITHIN, file::take)
                .compose(v -> file.finish())
                .compose(ids -> store.add(eventId, ids, dryRun, deed, file::report))
                .onSuccess(this::analyze)
                .map(Answer::given)
                .recover(e -> {
                    Problem problem = problemOf(e);
                    return problem == null ? Future.failedFuture(e) : Future.succeededFuture(Answer.denied(problem));
                });
    }

    private void analyze(Report report) {
        if (report.added() >= MANY) {
            store.analyze().onFailure(e -> LOG.atDebug().log("list of guests not analyzed: {}", e.toString()));
        }
    }

    /** Null for what is not the client's affair. */
    private static @Nullable Problem problemOf(Throwable e) {
        if (e instanceof BodyStream.Broken broken) {
            return Problem.of(broken.why());
        }
        if (e instanceof Import.TooManyLines) {
            return Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "A file may have " + Import.LINES_MAX + " lines.");
        }
        return e instanceof AudienceStore.Busy
                ? Problem.of(ProblemCode.EVENT_STATE_CONFLICT, "Another import for this event is under way.")
                : null;
    }

    private void list(RoutingContext ctx, long eventId) {
        var params = new QueryParams(ctx);
        int limit = params.limit();
        long after = params.afterId();
        Problem wrong = params.problem();
        if (wrong != null) {
            Replies.deny(ctx, wrong);
            return;
        }
        var listed = events.with(Authentication.caller(ctx), eventId, campaign -> store.count(eventId)
                .compose(count -> store.page(eventId, after, limit + 1)
                        .map(found -> Answer.given(json(count, Page.of(found, limit, QueryParams::cursorOf))))));
        Replies.json(ctx, 200, listed, page -> page);
    }

    private static JsonObject json(long count, Page<Long> page) {
        return new JsonObject()
                .put("count", count)
                .put("userIds", new JsonArray(page.shown()))
                .put("nextCursor", page.nextCursor());
    }

    private void clear(RoutingContext ctx, long eventId) {
        Deed deed = trail.deed(ctx, "event.audience.clear");
        strike(ctx, deed, eventId, () -> store.clear(eventId, deed));
    }

    private void remove(RoutingContext ctx, long eventId) {
        QueryParams.withPathId(ctx, "userId", ProblemCode.USER_NOT_FOUND, id -> remove(ctx, eventId, id));
    }

    private void remove(RoutingContext ctx, long eventId, long userId) {
        Deed deed = trail.deed(ctx, "event.audience.remove");
        strike(ctx, deed, eventId, () -> store.remove(eventId, userId, deed));
    }

    private void strike(RoutingContext ctx, Deed deed, long eventId, Supplier<Future<Struck>> striking) {
        var struck = events.with(Authentication.caller(ctx), eventId, campaign -> striking.get()
                .compose(done -> spread(eventId, done).map(Answer.given(done))));
        answer(ctx, deed, eventId, struck, done -> new JsonObject().put("removed", done.removed()));
    }

    /** Redis is loaded for a new epoch before the answer, so that the next claim need not wait for it. */
    private Future<Void> spread(long eventId, Struck struck) {
        return struck.removed() == 0
                ? Future.succeededFuture()
                : office.spread(eventId, struck.fenced(), OptionalInt.empty());
    }

    /** The store writes down what was done; here is what was not. */
    private <T> void answer(
            RoutingContext ctx, Deed deed, long eventId, Future<Answer<T>> answer, Function<T, JsonObject> body) {
        answer.onSuccess(told -> {
            if (told instanceof Answer.Denied<T> denied) {
                trail.refused(deed, EventAudit.target(eventId), denied.problem().code());
            }
        });
        Replies.json(ctx, 200, answer, body);
    }
}
