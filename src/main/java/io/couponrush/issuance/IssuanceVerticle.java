package io.couponrush.issuance;

import io.couponrush.backing.Postgres;
import io.couponrush.backing.RedisLink;
import io.couponrush.bus.Addresses;
import io.couponrush.bus.CampaignChanged;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueCommands;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Settings;
import io.couponrush.ops.Meters;
import io.couponrush.timing.Rounds;
import io.couponrush.tracing.Span;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Issuing on one node: its connections, its pipeline, its sweeper. One instance a node, so that batches are large. */
public final class IssuanceVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(IssuanceVerticle.class);
    private static final long TICK_MS = 50;
    private static final long DRAIN_LOOK_MS = 20;
    private static final int DRAIN_LOOKS = 200;
    private static final int CALLS_IN_FLIGHT = 2_048;
    private static final int COMMITS_QUEUED = 1_024;
    private static final Duration WARM_UP_EVERY = Duration.ofSeconds(1);
    private static final Duration REPLY_SLACK = Duration.ofMillis(500);
    private static final long PRUNE_EVERY_MS = TimeUnit.MINUTES.toMillis(10);

    private final Settings settings;
    private final Campaigns campaigns;
    private final InstantSource clock;
    private final Meters meters;
    private final CouponCodes codes = new CouponCodes();
    private final List<MessageConsumer<?>> asked = new ArrayList<>();
    private final List<Rounds> rounds = new ArrayList<>();

    private volatile RedisLink redis; // asked by health checks elsewhere
    private Pool pool;
    private Pool session;
    private CouponStore store;
    private IssuancePipeline pipeline;
    private RelayWake relay;
    private @Nullable ClaimTraces traces;

    /**
     * Makes the verticle.
     *
     * @param clock Postgres' time as this node knows it
     */
    public IssuanceVerticle(Settings settings, Campaigns campaigns, InstantSource clock, Meters meters) {
        this.settings = settings;
        this.campaigns = campaigns;
        this.clock = clock;
        this.meters = meters;
    }

    /** Whether there is a Redis master to reserve with. From any thread. */
    public boolean hasRedis() {
        return redis.runId() != null;
    }

    @Override
    public Future<?> start() {
        var issuance = settings.issuance();
        String redisUri =
                Objects.requireNonNull(settings.redis().uri(), "redis.uri").reveal();
        redis = new RedisLink(
                vertx,
                redisUri,
                settings.redis().evalTimeout(),
                CALLS_IN_FLIGHT,
                () -> meters.reconnected(Meters.Dependency.REDIS));
        pool = Postgres.pool(
                vertx,
                settings.postgres(),
                "postgres-claims",
                issuance.connections(),
                COMMITS_QUEUED,
                () -> meters.reconnected(Meters.Dependency.POSTGRES));
        var timers = new VertxTimers(vertx, context);
        relay = new RelayWake(vertx.eventBus(), timers);
        var ledger = new StockLedger(redis, issuance.leaseTtl());
        Tracing tracing = Tracing.of(vertx);
        traces = tracing == null ? null : new ClaimTraces(tracing);
        Ledger watched = traces == null ? ledger : new TracedLedger(ledger, traces);
        var limit = settings.postgres().statementTimeout().plus(REPLY_SLACK);
        var issuing = new IssueStore(pool, limit, traces == null ? BatchStore.PLAIN : new TracedBatchStore(traces));
        var commits = new JointCommits(issuing, issuance.batchMax(), meters::jointCommit);
        store = new CouponStore(issuing, commits);
        var rebuilder = new Rebuilder(ledger, store, timers, meters::rebuild);
        var sweeper = new Sweeper(ledger, store, rebuilder, timers, meters::voided, new StockGauges(meters)::show);
        var listener = listener(new StockNews(vertx.eventBus(), System::nanoTime));
        var bounds = new Lane.Bounds(issuance.batchMax(), issuance.emptyWait().toNanos(), issuance.directMax());
        pipeline = new IssuancePipeline(
                new Openings(campaigns, clock),
                (eventId, prefix) -> new Lane(
                        eventId, watched, store, rebuilder, timers, bounds, listener, () -> codes.next(prefix)),
                timers,
                issuance.waiting(),
                issuance.deadline().toNanos());
        vertx.setPeriodic(TICK_MS, id -> pipeline.tick());
        vertx.setPeriodic(PRUNE_EVERY_MS, id -> prune());
        session = Postgres.session(
                vertx,
                settings.postgres(),
                "postgres-audit",
                issuance.auditEvery().multipliedBy(3));
        var drift = new DriftStore(session);
        var auditor = new Auditor(ledger, store, drift::leads, drift::drift, rebuilder, meters::drift);
        repeat("sweep", issuance.sweepEvery(), () -> sweeper.sweep().onComplete(done -> pipeline.tidy()));
        repeat("audit", issuance.auditEvery(), auditor::audit);
        var warmUp = new WarmUp(
                new WarmUpStore(pool),
                ledger::held,
                rebuilder::rebuild,
                campaigns::find,
                timers,
                issuance.warmUp(),
                outcome -> meters.warmedUp(outcome.name().toLowerCase(Locale.ROOT)));
        repeat("warm-up", WARM_UP_EVERY, warmUp::round);
        Future<Void> connected = issuance.directMax() > 0 ? redis.startEvenIfAway() : redis.start();
        return connected.compose(v -> listen(timers, rebuilder, ledger));
    }

    /** Nobody asks any more, here or from other nodes: then what is under way comes to its end, for a moment at most. */
    @Override
    public Future<?> stop() {
        rounds.forEach(Rounds::end);
        return Future.join(asked.stream().map(MessageConsumer::unregister).toList())
                .transform(deaf -> drained(DRAIN_LOOKS))
                .transform(done -> Future.join(redis.stop(), pool.close(), session.close()));
    }

    private Future<Void> drained(int looks) {
        return pipeline.idle() || looks == 0
                ? Future.succeededFuture()
                : vertx.timer(DRAIN_LOOK_MS, TimeUnit.MILLISECONDS).compose(v -> drained(looks - 1));
    }

    /** What other nodes may ask for is another address, so that nothing from the network reaches the node's own. */
    private Future<Void> listen(Timers timers, Rebuilder rebuilder, Ledger ledger) {
        EventBus bus = vertx.eventBus();
        Handler<Message<CampaignChanged>> reload = message -> reload(rebuilder, message);
        var home = new AnswerPost(bus, timers, true);
        asked.add(bus.<IssueCommands>localConsumer(Addresses.ISSUE, message -> issue(message.body(), home)));
        asked.add(bus.localConsumer(Addresses.RELOAD_STOCK, reload));
        asked.add(bus.<Long>consumer(Addresses.RESERVED, message -> reserved(ledger, message)));
        if (settings.issuance().remote()) {
            var abroad = new AnswerPost(bus, timers, false);
            asked.add(bus.<IssueCommands>consumer(Addresses.ISSUE_REMOTE, message -> issue(message.body(), abroad)));
            asked.add(bus.consumer(Addresses.RELOAD_STOCK_REMOTE, reload));
        }
        return Future.all(asked.stream().map(MessageConsumer::completion).toList())
                .mapEmpty();
    }

    private static void reload(Rebuilder rebuilder, Message<CampaignChanged> message) {
        rebuilder
                .rebuildAfresh(message.body().eventId())
                .onSuccess(message::reply)
                .onFailure(e -> message.fail(0, e.toString()));
    }

    private static void reserved(Ledger ledger, Message<Long> message) {
        ledger.overdue(message.body(), 0, 0)
                .compose(seen -> seen.epoch() == 0
                        ? Future.failedFuture("not loaded")
                        : Future.succeededFuture(seen.openLeases()))
                .onSuccess(message::reply)
                .onFailure(e -> message.fail(0, e.toString()));
    }

    private void issue(IssueCommands asked, AnswerPost post) {
        long number = asked.first();
        for (IssueCommand command : asked.commands()) {
            long own = number++;
            Span claim = traces == null ? null : traces.begin(command);
            pipeline.issue(command, outcome -> {
                post.add(asked.answerTo(), own, outcome);
                if (claim != null && traces != null) {
                    traces.end(command.rid(), claim, outcome);
                }
                if (outcome instanceof IssueOutcome.Issued issued && !issued.replayed()) {
                    relay.issued();
                }
            });
        }
    }

    private void repeat(String name, Duration every, Supplier<Future<Void>> task) {
        var repeated = new Rounds(vertx, name, every, every, () -> task.get().map(false));
        rounds.add(repeated);
        repeated.begin();
    }

    private void prune() {
        store.pruneVoidLeases().onFailure(e -> LOG.atWarn().log("void leases not pruned: {}", e.toString()));
    }

    private LaneListener listener(StockNews news) {
        return new LaneListener() {
            @Override
            public void reserving(int claims) {
                meters.reserveBatch(claims);
            }

            @Override
            public void committing(int claims) {
                meters.commitBatch(claims);
            }

            @Override
            public void fenced(int claims) {
                meters.fenced(claims);
            }

            @Override
            public void refused(int claims) {
                meters.refusedAfterReserve(claims);
            }

            @Override
            public void found(int claims) {
                meters.foundAgain(claims);
            }

            @Override
            public void undecided(Meters.Path path) {
                meters.undecided(path);
            }

            @Override
            public void direct(int claims) {
                meters.direct(claims);
            }

            @Override
            public void soldOut(long eventId, int generation) {
                news.soldOut(eventId, generation);
            }
        };
    }
}
