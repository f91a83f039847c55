package io.couponrush.ops;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.Refusal;
import io.couponrush.http.Connections;
import io.couponrush.http.RequestMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Every metric of ours, in domain words; each exists at 0 from the start. Thread-safe.
 *
 * <p>Claims: {@code issued + replayed + refusals + deferred + overloaded + rate_limited} are the claims that were
 * answered with a verdict. Alert on {@code fenced} and {@code rebuilds} that keep growing, on {@code deferred} above
 * 0.1 % of the claims, and on any event whose issued count is beyond its stock.
 */
public final class Meters implements RequestMeter {
    private static final double[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
    private static final List<String> WARM_UPS = List.of("ready", "loaded", "repaired", "failed");
    private static final String[] CLASSES = {"1xx", "2xx", "3xx", "4xx", "5xx"};

    private static final Duration[] LATE =
            Stream.of(5, 25, 100, 250, 1_000).map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
    private final Map<String, RequestMeter.Route> routes = new ConcurrentHashMap<>();
    private final Map<Dependency, Counter> reconnects = new EnumMap<>(Dependency.class);
    private final Map<String, Counter> warmedUp = new HashMap<>();
    private final AtomicLong leases = new AtomicLong();
    private final LiveStock stock;
    private final SocketMeters sockets;
    private final ConnectionMeters connections;
    private final DeliveryMeters delivery;
    private final RedemptionMeters redemption;
    private final LoginMeters logins;
    private final Counter issued;
    private final Counter replayed;
    private final Counter deferred;
    private final Counter overloaded;
    private final Counter rateLimited;
    private final Counter addressLimited;
    private final DistributionSummary reserveBatch;
    private final DistributionSummary commitBatch;
    private final DistributionSummary jointCampaigns;
    private final Counter voided;
    private final Counter fenced;
    private final Counter refusedAfterReserve;
    private final Counter foundAgain;
    private final Counter rebuilds;
    private final Map<Path, Counter> undecided = new EnumMap<>(Path.class);
    private final Counter direct;
    private final Counter drift;
    private final Timer loopDelay;

    /** What we keep connections to. */
    public enum Dependency {
        POSTGRES,
        REDIS,
        RABBITMQ
    }

    /** How a batch went to Postgres: all or nothing, or claim by claim. */
    public enum Path {
        FAST,
        SLOW
    }

    public Meters(MeterRegistry registry) {
        this.registry = registry;
        for (Refusal why : Refusal.values()) {
            refused.put(why, claims(why.name()));
        }
        issued = claims("issued");
        replayed = claims("replayed");
        deferred = claims("deferred");
        overloaded = claims("overloaded");
        rateLimited = claims("rate_limited");
        addressLimited =
                counter("couponrush.claims.address.limited", "Claims refused because too many come from their address");
        reserveBatch = sizes("reserve.batch", "Claims in one reservation call");
        commitBatch = sizes("commit.batch", "Claims of a campaign in one commit");
        jointCampaigns = sizes("joint.campaigns", "Campaigns in one joint commit");
        voided = counter(
                "couponrush.reservations.voided", "Reservations that came to nothing and went back to the stock");
        fenced = counter("couponrush.reservations.fenced", "Reservations of an epoch that had passed");
        refusedAfterReserve = counter(
                "couponrush.reservations.refused",
                "Reservations that Postgres had no unit for, or no more for that user");
        foundAgain = counter(
                "couponrush.reservations.found", "Reservations whose coupon was there when they were sent again");
        rebuilds = counter("couponrush.rebuilds", "Times a campaign's stock was loaded from Postgres anew");
        for (Path path : Path.values()) {
            undecided.put(
                    path,
                    Counter.builder("couponrush.batches.undecided")
                            .description("Batches that Postgres did not decide, or not in time")
                            .tag("path", path.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        direct = counter("couponrush.claims.direct", "Claims that went to Postgres alone, with Redis away");
        drift = counter("couponrush.stock.drift", "Units by which Redis was wrong about the stock, either way");
        for (String outcome : WARM_UPS) {
            warmedUp.put(
                    outcome,
                    Counter.builder("couponrush.warmups")
                            .description("Looks at Redis before the start of a campaign")
                            .tag("outcome", outcome)
                            .register(registry));
        }
        for (Dependency to : Dependency.values()) {
            reconnects.put(
                    to,
                    Counter.builder("couponrush.reconnects")
                            .description("Connections that replace lost ones")
                            .tag("target", to.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        loopDelay = Timer.builder("couponrush.loop.delay")
                .description("How late the event loops are")
                .serviceLevelObjectives(LATE)
                .register(registry);
        Gauge.builder("couponrush.leases.open", leases, AtomicLong::get)
                .description("Reservations in Redis that are not settled yet")
                .register(registry);
        stock = new LiveStock(registry);
        sockets = new SocketMeters(registry);
        connections = new ConnectionMeters(registry);
        delivery = new DeliveryMeters(registry, this::reconnected);
        redemption = new RedemptionMeters(registry);
        logins = new LoginMeters(registry);
    }

    /** What happens after the commit. */
    public DeliveryMeters delivery() {
        return delivery;
    }

    /** What becomes of coupons. */
    public RedemptionMeters redemption() {
        return redemption;
    }

    public LoginMeters logins() {
        return logins;
    }

    /** Counts a claim by its verdict. */
    public void claim(IssueOutcome outcome) {
        if (outcome instanceof IssueOutcome.Issued is) {
            (is.replayed() ? replayed : issued).increment();
        } else if (outcome instanceof IssueOutcome.Refused is) {
            refused(is.why());
        } else if (outcome instanceof IssueOutcome.Deferred is) {
            (is.overloaded() ? overloaded : deferred).increment();
        }
    }

    /** Counts a claim refused from what the node knows, without a command. */
    public void refused(Refusal why) {
        Counter counter = refused.get(why);
        if (counter != null) {
            counter.increment();
        }
    }

    public void rateLimited() {
        rateLimited.increment();
    }

    /** Counts a claim as above, from an address that many come from. */
    public void addressLimited() {
        rateLimited.increment();
        addressLimited.increment();
    }

    public void reserveBatch(int claims) {
        reserveBatch.record(claims);
    }

    public void commitBatch(int claims) {
        commitBatch.record(claims);
    }

    public void jointCommit(int campaigns) {
        jointCampaigns.record(campaigns);
    }

    public void voided(int reservations) {
        voided.increment(reservations);
    }

    public void fenced(int reservations) {
        fenced.increment(reservations);
    }

    /** Counts what Redis had admitted and Postgres refused: 0 unless Redis lost something, or did without it. */
    public void refusedAfterReserve(int reservations) {
        refusedAfterReserve.increment(reservations);
    }

    /** Counts coupons whose commit was not heard of and that were found by asking again. */
    public void foundAgain(int reservations) {
        foundAgain.increment(reservations);
    }

    public void rebuild() {
        rebuilds.increment();
    }

    /** Counts a batch that Postgres did not decide on that path; it is sent again, the slow way. */
    public void undecided(Path path) {
        Counter counter = undecided.get(path);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Counts claims that went to Postgres without a reservation. */
    public void direct(int claims) {
        direct.increment(claims);
    }

    /** Counts units by which the audit found Redis wrong. */
    public void drift(long units) {
        drift.increment((double) Math.abs(units));
    }

    public void reconnected(Dependency to) {
        Counter counter = reconnects.get(to);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Counts a look at Redis before a start: {@code ready}, {@code loaded}, {@code repaired} or {@code failed}. */
    public void warmedUp(String outcome) {
        Counter counter = warmedUp.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Tells how many reservations are open. */
    public void leases(long open) {
        leases.set(open);
    }

    /** Tells the stock that is left of a live event. At most {@value LiveStock#EVENTS} are shown, the earliest told. */
    public void stock(long eventId, long remaining) {
        stock.tell(eventId, remaining);
    }

    /** An event that is over is no longer shown. */
    public void stockGone(long eventId) {
        stock.forget(eventId);
    }

    /** What measures one event loop, for as long as it is deployed. */
    public LoopDelay loopDelay(LongSupplier nanoTime) {
        return new LoopDelay(loopDelay, nanoTime);
    }

    public SocketMeters sockets() {
        return sockets;
    }

    @Override
    public RequestMeter.Route route(String path) {
        return routes.computeIfAbsent(path, this::register);
    }

    @Override
    public void connections(int change) {
        connections.change(change);
    }

    @Override
    public void cut(Connections.Cut why) {
        connections.cut(why);
    }

    private RequestMeter.Route register(String path) {
        Timer time = Timer.builder("couponrush.http.response.time")
                .description("From the head of a request to the end of its answer")
                .tag("route", path)
                .register(registry);
        Counter[] byClass = new Counter[CLASSES.length];
        for (int i = 0; i < CLASSES.length; i++) {
            byClass[i] = Counter.builder("couponrush.http.requests")
                    .description("Answers")
                    .tag("route", path)
                    .tag("status", CLASSES[i])
                    .register(registry);
        }
        return (status, nanos) -> {
            byClass[Math.min(Math.max(status / 100 - 1, 0), CLASSES.length - 1)].increment();
            time.record(nanos, TimeUnit.NANOSECONDS);
        };
    }

    private Counter claims(String outcome) {
        return Counter.builder("couponrush.claims")
                .description("Claims by what they were answered")
                .tag("outcome", outcome)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private DistributionSummary sizes(String of, String description) {
        return DistributionSummary.builder("couponrush." + of)
                .description(description)
                .serviceLevelObjectives(BATCHES)
                .register(registry);
    }
}
