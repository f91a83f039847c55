package io.couponrush.issuance;

import io.couponrush.issuance.IssuancePipeline.Opening;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** One life of a node: the real pipeline, lanes, rebuilder and sweeper on virtual time. */
final class SimulatedNode implements Timers {
    private static final long TICK_MS = 50;
    private static final long SWEEP_MS = 1_000;
    private static final long AUDIT_MS = 2_000;

    private final Scheduler scheduler;
    private final SimulatedLedger ledger;
    private final IssuancePipeline pipeline;
    private final Rebuilder rebuilder;
    private final Sweeper sweeper;
    private final Auditor auditor;
    private final List<Lane> lanes = new ArrayList<>();
    private boolean alive = true;

    /** What a node needs of its world. */
    interface World {
        Scheduler scheduler();

        SimulatedLedger ledger(Supplier<Boolean> alive);

        CouponBook book(SimulatedLedger ledger, Supplier<Boolean> alive);

        Future<Optional<Opening>> opening(long eventId);

        String code();

        boolean sweeps();

        boolean audits();

        Lane.Bounds bounds();

        /** Whether this node is the one that audits. */
        Future<Boolean> leads(SimulatedNode node);

        /** What the audit finds with the campaign's row locked: all at one moment. */
        Future<Optional<Long>> drift(long eventId);

        long deadlineNanos();
    }

    SimulatedNode(World world) {
        scheduler = world.scheduler();
        ledger = world.ledger(() -> alive);
        CouponBook book = world.book(ledger, () -> alive);
        rebuilder = new Rebuilder(ledger, book, this, () -> {});
        sweeper = new Sweeper(ledger, book, rebuilder, this, dead -> {}, (campaign, seen) -> {});
        pipeline = new IssuancePipeline(
                world::opening,
                (event, prefix) -> {
                    var lane = new Lane(event, ledger, book, rebuilder, this, world.bounds(), new Deaf(), world::code);
                    lanes.add(lane);
                    return lane;
                },
                this,
                1_000,
                world.deadlineNanos());
        tickLater();
        if (world.sweeps()) {
            sweepLater();
        }
        auditor = new Auditor(
                ledger, book, () -> world.leads(this), (event, snapshot) -> world.drift(event), rebuilder, units -> {});
        if (world.audits()) {
            auditLater();
        }
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

    IssuancePipeline pipeline() {
        return pipeline;
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

    /** Nobody listens. */
    private static final class Deaf implements LaneListener {
        @Override
        public void reserving(int claims) {}

        @Override
        public void committing(int claims) {}

        @Override
        public void fenced(int claims) {}

        @Override
        public void undecided() {}

        @Override
        public void direct(int claims) {}

        @Override
        public void soldOut(long eventId, int generation) {}
    }
}
