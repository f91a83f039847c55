package io.couponrush.issuance;

import io.couponrush.backing.DatabaseClock;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.bus.StockTurned;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.SoldOutFlags;
import io.couponrush.ops.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** One life of a node: what it knows and refuses by itself, the pipeline, lanes, rebuilder and sweeper, all real. */
final class SimulatedNode implements Timers {
    private static final long TICK_MS = 50;
    private static final long SWEEP_MS = 1_000;
    private static final long AUDIT_MS = 2_000;
    private static final long CLOCK_MS = 10_000;

    /** What the metrics count. */
    enum Happening {
        FENCED,
        REFUSED,
        FOUND,
        UNDECIDED,
        DIRECT,
        REBUILT,
        VOIDED,
        DRIFTED,
        SOLD_OUT,
        SHED,
        TURNED_AWAY_AT_ONCE
    }

    private final Scheduler scheduler;
    private final World world;
    private final SimulatedLedger ledger;
    private final DatabaseClock clock;
    private final Campaigns campaigns;
    private final SoldOutFlags flags = new SoldOutFlags(this::nanoTime);
    private final LocalRefusals refusals;
    private final IssuancePipeline pipeline;
    private final Rebuilder rebuilder;
    private final Sweeper sweeper;
    private final Auditor auditor;
    private final List<Lane> lanes = new ArrayList<>();
    private boolean alive = true;
    private boolean started;
    private long clockOff;

    /** What a node needs of its world. */
    interface World {
        Scheduler scheduler();

        SimulatedLedger ledger(Supplier<Boolean> alive);

        SimulatedBook book(SimulatedLedger ledger, Supplier<Boolean> alive);

        String code();

        boolean sweeps();

        boolean audits();

        Lane.Bounds bounds();

        /** Whether this node is the one that audits. */
        Future<Boolean> leads(SimulatedNode node);

        /** What the audit finds with the campaign's row locked: all at one moment. */
        Future<Optional<Long>> drift(long eventId);

        long deadlineNanos();

        int waitingMax();

        /** Over the bus, to every node. */
        void tell(StockTurned news);

        void saw(Happening happening);
    }

    SimulatedNode(World world) {
        this.world = world;
        scheduler = world.scheduler();
        clockOff = random().nextLong(2_000_000) - 1_000_000;
        ledger = world.ledger(() -> alive);
        SimulatedBook book = world.book(ledger, () -> alive);
        clock = new DatabaseClock(
                () -> started ? book.time() : Future.succeededFuture(Instant.ofEpochMilli(millis())),
                () -> Instant.ofEpochMilli(millis() + clockOff),
                this::nanoTime);
        campaigns = new Campaigns(book::find, this::nanoTime);
        refusals = new LocalRefusals(flags, clock);
        rebuilder = new Rebuilder(ledger, book, this, () -> world.saw(Happening.REBUILT));
        sweeper = new Sweeper(ledger, book, rebuilder, this, this::voided, (campaign, seen) -> {});
        pipeline = new IssuancePipeline(
                new Openings(campaigns, clock),
                (event, prefix) -> {
                    var lane =
                            new Lane(event, ledger, book, rebuilder, this, world.bounds(), new Listener(), world::code);
                    lanes.add(lane);
                    return lane;
                },
                this,
                world.waitingMax(),
                world.deadlineNanos());
        clockLater();
        started = true;
        tickLater();
        if (world.sweeps()) {
            sweepLater();
        }
        auditor = new Auditor(
                ledger,
                book,
                () -> world.leads(this),
                (event, snapshot) -> world.drift(event),
                rebuilder,
                units -> world.saw(Happening.DRIFTED));
        if (world.audits()) {
            auditLater();
        }
    }

    private void voided(int leases) {
        if (leases > 0) {
            world.saw(Happening.VOIDED);
        }
    }

    /** A server starts with a measured clock. */
    private void clockLater() {
        clock.tick().onFailure(e -> {});
        after(CLOCK_MS, this::clockLater);
    }

    private void auditLater() {
        after(AUDIT_MS + random().nextLong(AUDIT_MS / 4 + 1), () -> auditor.audit()
                .onComplete(done -> auditLater()));
    }

    private void tickLater() {
        after(TICK_MS, () -> {
            pipeline.tick();
            tickLater();
        });
    }

    private void sweepLater() {
        after(SWEEP_MS + random().nextLong(SWEEP_MS / 4 + 1), () -> sweeper.sweep()
                .onComplete(done -> {
                    pipeline.tidy();
                    sweepLater();
                }));
    }

    /** As the endpoint does it: refused from what the node knows, or handed on. */
    void claim(IssueCommand command, Consumer<IssueOutcome> answer) {
        Promise<Campaign> known = Promise.promise();
        campaigns
                .find(command.eventId())
                .onSuccess(campaign -> known.tryComplete(Objects.requireNonNull(campaign)))
                .onFailure(known::tryFail);
        after(IssueEndpoint.LOOKUP_MS, () -> known.tryFail("not known"));
        known.future()
                .onSuccess(campaign -> {
                    Refusal refusal = refusals.of(campaign, command.keyed());
                    if (refusal == null) {
                        pipeline.issue(command, answer);
                    } else {
                        answer.accept(new Refused(refusal));
                    }
                })
                .onFailure(e -> answer.accept(new Deferred(false, 1)));
    }

    void hears(StockTurned news) {
        flags.apply(news);
        campaigns.turned(news.eventId(), news.generation());
    }

    void hearsOfAChange(long event) {
        campaigns.changed(event, 0);
    }

    /** Somebody sets the clock of its machine. */
    void clockSteps(long byMillis) {
        clockOff += byMillis;
    }

    SimulatedLedger ledger() {
        return ledger;
    }

    boolean alive() {
        return alive;
    }

    /** Its timers and futures are no more; what it has sent goes on. */
    void crash() {
        alive = false;
    }

    void reload(long event) {
        rebuilder.rebuild(event).onFailure(e -> {});
    }

    /** Nothing waits in it. */
    boolean quiet() {
        return pipeline.waiting() == 0 && lanes.stream().allMatch(Lane::idle);
    }

    private long millis() {
        return scheduler.now() / Scheduler.MS;
    }

    @Override
    public long nanoTime() {
        return scheduler.now() * 1_000;
    }

    @Override
    public void soon(Runnable task) {
        scheduler.after(1, () -> run(task));
    }

    @Override
    public void after(long millis, Runnable task) {
        scheduler.after(millis * Scheduler.MS, () -> run(task));
    }

    private void run(Runnable task) {
        if (alive) {
            task.run();
        }
    }

    @Override
    public RandomGenerator random() {
        return scheduler.random();
    }

    private final class Listener implements LaneListener {
        @Override
        public void reserving(int claims) {}

        @Override
        public void committing(int claims) {}

        @Override
        public void fenced(int claims) {
            world.saw(Happening.FENCED);
        }

        @Override
        public void refused(int claims) {
            world.saw(Happening.REFUSED);
        }

        @Override
        public void found(int claims) {
            world.saw(Happening.FOUND);
        }

        @Override
        public void undecided(Meters.Path path) {
            world.saw(Happening.UNDECIDED);
        }

        @Override
        public void direct(int claims) {
            world.saw(Happening.DIRECT);
        }

        @Override
        public void soldOut(long eventId, int generation) {
            world.saw(Happening.SOLD_OUT);
            world.tell(new StockTurned(eventId, generation));
        }
    }
}
