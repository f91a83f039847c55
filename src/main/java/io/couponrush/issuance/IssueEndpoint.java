package io.couponrush.issuance;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.SoldOutFlags;
import io.couponrush.config.Settings;
import io.couponrush.http.AddressLimit;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.BodyReader;
import io.couponrush.http.Caller;
import io.couponrush.http.Contract;
import io.couponrush.http.Exchange;
import io.couponrush.http.ExpressRoute;
import io.couponrush.http.HttpVerticle;
import io.couponrush.http.MediaType;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.RateLimiter;
import io.couponrush.ops.Meters;
import io.couponrush.tracing.CurrentTrace;
import io.couponrush.tracing.Span;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/coupons/issue} at the edge: everything that can be refused without asking Redis or Postgres is refused
 * here; the rest goes over the bus to an issuance verticle. One instance per HTTP event loop.
 */
public final class IssueEndpoint implements ExpressRoute {
    private static final CharSequence IDEMPOTENCY_KEY = HttpHeaders.createOptimized("Idempotency-Key");
    private static final CharSequence REPLAYED = HttpHeaders.createOptimized("Idempotency-Replayed");
    private static final CharSequence TRUE = HttpHeaders.createOptimized("true");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    /** How long a claim waits to learn about a campaign that the node does not know. */
    static final long LOOKUP_MS = 500;

    private final IssuanceClient issuance;
    private final Authentication authentication;
    private final RateLimiter limiter;
    private final AddressLimit addressLimit;
    private final Campaigns campaigns;
    private final LocalRefusals localRefusals;
    private final Contract.Checker body;
    private final Duration bodyTimeout;
    private final InstantSource clock;
    private final Meters meters;
    private final RefusalTally refusals;
    private final @Nullable Tracing tracing;
    private final CouponText couponText = new CouponText();

    /**
     * Makes the endpoint of one event loop.
     *
     * @param limiter of issuing, per user
     * @param addressLimit of issuing, per address
     * @param clock Postgres' time as this node knows it
     */
    public IssueEndpoint(
            Vertx vertx,
            Settings settings,
            Contract contract,
            Authentication authentication,
            RateLimiter limiter,
            AddressLimit addressLimit,
            Campaigns campaigns,
            SoldOutFlags soldOut,
            InstantSource clock,
            Meters meters,
            RefusalTally refusals) {
        this.issuance = new IssuanceClient(vertx, settings);
        this.tracing = Tracing.of(vertx);
        this.authentication = authentication;
        this.limiter = limiter;
        this.addressLimit = addressLimit;
        this.campaigns = campaigns;
        this.localRefusals = new LocalRefusals(soldOut, clock);
        this.body = contract.checker("IssueRequest");
        this.bodyTimeout = settings.http().bodyTimeout();
        this.clock = clock;
        this.meters = meters;
        this.refusals = refusals;
    }

    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public String path() {
        return "/api/coupons/issue";
    }

    @Override
    public Future<Void> start() {
        return issuance.start();
    }

    @Override
    public void handle(HttpServerRequest request) {
        String requestId = Exchange.begin(request);
        BodyReader.read(
                request, HttpVerticle.BODY_LIMIT, bodyTimeout, requestId, read -> claim(request, requestId, read));
    }

    private void claim(HttpServerRequest request, String requestId, Buffer read) {
        Caller caller = authentication.callerOf(request);
        String key = request.getHeader(IDEMPOTENCY_KEY);
        Problem problem = problemOf(request, caller, key);
        if (problem == null && caller != null) {
            Span span = tracing == null ? null : CurrentTrace.sampled();
            problem = claim(new Press(request, requestId, caller, key, span), read);
        }
        if (problem != null) {
            problem.send(request.response(), requestId);
        }
    }

    /** One request that is well-formed so far; with its span, when it is sampled. */
    private record Press(
            HttpServerRequest request, String requestId, Caller caller, @Nullable String key, @Nullable Span span) {
        void deny(Problem problem) {
            problem.send(request.response(), requestId);
        }
    }

    private @Nullable Problem problemOf(HttpServerRequest request, @Nullable Caller caller, @Nullable String key) {
        if (caller == null) {
            return Problem.of(ProblemCode.UNAUTHENTICATED);
        }
        if (!caller.may(Permission.TAKE_PART)) {
            return Problem.of(ProblemCode.FORBIDDEN);
        }
        if (!MediaType.isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            return Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
        }
        if (key != null && !IdempotencyKey.isValid(key)) {
            return Problem.invalid("Idempotency-Key", "must be 1 to 128 visible ASCII characters");
        }
        Problem limited = limiter.take(caller.userId());
        if (limited != null) {
            meters.rateLimited();
            return limited;
        }
        Problem crowded = addressLimit.take(request);
        if (crowded != null) {
            meters.addressLimited();
        }
        return crowded;
    }

    /** The problem that can be told at once; null when the answer comes later. */
    private @Nullable Problem claim(Press press, Buffer read) {
        long eventId = IssueBody.eventId(read);
        return eventId == IssueBody.OTHER ? claim(press, body.check(read)) : claim(press, eventId);
    }

    /** A body that is not written as most are. */
    private @Nullable Problem claim(Press press, Answer<JsonObject> checked) {
        if (checked instanceof Answer.Denied<JsonObject> denied) {
            return denied.problem();
        }
        Number id = ((Answer.Given<JsonObject>) checked).value().getNumber("eventId");
        boolean beyondAll = !(id instanceof Integer || id instanceof Long);
        return beyondAll ? Problem.of(ProblemCode.EVENT_NOT_FOUND) : claim(press, id.longValue());
    }

    private @Nullable Problem claim(Press press, long eventId) {
        Campaign known = campaigns.known(eventId);
        if (known != null) {
            return claim(press, known);
        }
        campaigns
                .find(eventId)
                .timeout(LOOKUP_MS, TimeUnit.MILLISECONDS) // the claim's own time begins only after it
                .onSuccess(found -> {
                    Problem problem = found == null ? Problem.of(ProblemCode.EVENT_NOT_FOUND) : claim(press, found);
                    if (problem != null) {
                        press.deny(problem);
                    }
                })
                .onFailure(e -> answerUnavailable(press));
        return null;
    }

    private @Nullable Problem claim(Press press, Campaign campaign) {
        Refusal refusal = localRefusals.of(campaign, press.key() != null);
        if (refusal != null) {
            meters.refused(refusal);
            refusals.count(campaign.eventId(), refusal);
            return IssueProblems.of(new Refused(refusal), campaign, clock.instant());
        }
        long userId = press.caller().userId();
        String key = press.key();
        var rid = key == null ? IdempotencyKey.noKey(clock.millis()) : IdempotencyKey.rid(userId, key);
        Span asking = Tracing.within(tracing, press.span(), "coupon.issue send", Span.Kind.CLIENT);
        var command = new IssueCommand(campaign.eventId(), userId, rid, key != null, Span.textOf(asking));
        Future<IssueOutcome> outcome = issuance.issue(command);
        if (asking != null) {
            outcome.onComplete(done -> ClaimTraces.end(asking, done.result(), done.cause()));
        }
        outcome.onComplete(decided -> answer(press, campaign, decided), lost -> answerUnavailable(press));
        return null;
    }

    private void answer(Press press, Campaign campaign, IssueOutcome outcome) {
        meters.claim(outcome);
        if (outcome instanceof Issued issued) {
            give(press, campaign, issued);
        } else if (outcome instanceof Refused refused) {
            refusals.count(campaign.eventId(), refused.why());
            press.deny(IssueProblems.of(refused, campaign, clock.instant()));
        } else {
            press.deny(IssueProblems.of((Deferred) outcome));
        }
    }

    private void answerUnavailable(Press press) {
        var deferred = new Deferred(false, 1);
        meters.claim(deferred);
        press.deny(IssueProblems.of(deferred));
    }

    private void give(Press press, Campaign campaign, Issued coupon) {
        HttpServerResponse response = press.request().response();
        if (coupon.replayed()) {
            response.putHeader(REPLAYED, TRUE);
        }
        response.setStatusCode(201)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .end(couponText.of(coupon, campaign, press.caller().userId()))
                .onFailure(gone -> {}); // the client has left; the coupon is among its own
    }
}
