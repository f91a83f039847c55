package io.couponrush.issuance;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.Openings.Opening;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims of this node from question to answer: a bound on how many are under way, a lane for each campaign, and a
 * deadline after which a client is told to ask again. Lives on one event loop.
 */
final class IssuancePipeline {
    private static final int RETRY_AFTER_S = 1;
    private static final int ANSWERED_KEPT = 4;
    private static final Logger LOG = LoggerFactory.getLogger(IssuancePipeline.class);
    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Openings openings;
    private final LaneFactory laneFactory;
    private final Timers timers;
    private final int waitingMax;
    private final long deadlineNanos;
    private final Map<Long, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Claim> underWay = new ArrayDeque<>();
    private int waiting;
    private long shed;
    private long shedAt;

    @FunctionalInterface
    interface LaneFactory {
        Lane make(long eventId, String codePrefix);
    }

    /**
     * Makes a pipeline without claims.
     *
     * @param waitingMax claims under way; more are turned away before anything is taken
     */
    IssuancePipeline(Openings openings, LaneFactory laneFactory, Timers timers, int waitingMax, long deadlineNanos) {
        this.openings = openings;
        this.laneFactory = laneFactory;
        this.timers = timers;
        this.waitingMax = waitingMax;
        this.deadlineNanos = deadlineNanos;
    }

    /** Answers once, at the deadline at the latest. */
    void issue(IssueCommand command, Consumer<IssueOutcome> answer) {
        if (waiting >= waitingMax) { // R5: the slot comes before the reservation
            shed();
            answer.accept(new Deferred(true, RETRY_AFTER_S));
            return;
        }
        waiting++;
        var claim = new Claim(command, timers.nanoTime() + deadlineNanos, outcome -> {
            waiting--;
            answer.accept(outcome);
        });
        underWay.add(claim);
        if (underWay.size() > ANSWERED_KEPT * waitingMax) { // one that waits keeps those behind it
            underWay.removeIf(Claim::answered);
        }
        Opening known = openings.known(command.eventId());
        if (known != null) {
            offer(command.eventId(), claim, known);
        } else {
            lookUp(command.eventId(), claim);
        }
    }

    private void lookUp(long eventId, Claim claim) {
        openings.find(eventId)
                .onSuccess((Opening found) -> {
                    if (found == null) {
                        claim.answer(new Refused(Refusal.EVENT_NOT_FOUND));
                    } else {
                        offer(eventId, claim, found);
                    }
                })
                .onFailure(e -> claim.answer(new Deferred(false, RETRY_AFTER_S)));
    }

    private void shed() {
        if (shed++ == 0) {
            LOG.warn("{} claims are under way: more are turned away", waiting);
        }
        shedAt = timers.nanoTime();
    }

    /** One line for each rush, however many were turned away in it. */
    private void endShedding(long now) {
        if (shed > 0 && now - shedAt > CALM_NANOS) {
            LOG.info("claims are taken again, {} were turned away", shed);
            shed = 0;
        }
    }

    /** Claims under way. */
    int waiting() {
        return waiting;
    }

    /** Tells those whose time is over to come back. */
    void tick() {
        long now = timers.nanoTime();
        endShedding(now);
        while (!underWay.isEmpty()
                && (underWay.getFirst().answered() || underWay.getFirst().overdue(now))) {
            underWay.removeFirst().answer(new Deferred(false, RETRY_AFTER_S));
        }
    }

    /** Nothing waits, and nothing is on its way to Postgres or Redis. */
    boolean idle() {
        return waiting == 0 && lanes.values().stream().allMatch(Lane::idle);
    }

    /** Forgets lanes with nothing in them. */
    void tidy() {
        lanes.values().removeIf(Lane::idle);
    }

    private void offer(long eventId, Claim claim, Opening opening) {
        Lane lane = lanes.get(eventId);
        if (lane == null) {
            lane = laneFactory.make(eventId, opening.codePrefix());
            lanes.put(eventId, lane);
        }
        if (opening.closed()) {
            lane.offerToAsk(claim);
        } else if (opening.restricted()) {
            lane.offerAtTheDoor(claim);
        } else {
            lane.offer(claim);
        }
    }
}
