package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Reserved;
import io.couponrush.issuance.Refusals.Turned;
import io.couponrush.issuance.Reservation.Denied;
import io.couponrush.issuance.Reservation.Held;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The claims of one campaign on one node, from arrival to answer: reserved together, committed together, settled with
 * the next reservation. Lives on one event loop and takes no lock.
 *
 * <p>R1 to R13 are the rules of {@code docs/protocol.md}, marked where they hold.
 */
final class Lane {
    private static final long AGAIN_MS = 10;
    private static final int RETRY_AFTER_S = 1;
    private static final int COMMITS_AHEAD = 4;

    private final long eventId;
    private final Ledger ledger;
    private final Rebuilder rebuilder;
    private final Timers timers;
    private final Bounds bounds;
    private final LaneListener listener;
    private final Supplier<String> codes;
    private final Settlements settlements;
    private final Committer committer;
    private final Refusals refusals;
    private final Decisions decisions;
    private final DirectMode direct;
    private final Door door;

    private final ArrayDeque<Claim> arrivals = new ArrayDeque<>();
    private final ArrayDeque<Claim> parked = new ArrayDeque<>();
    private boolean woken;
    private boolean reserving;
    private boolean unparking;
    private boolean findingOut;
    private int resting;

    /**
     * Bounds of a lane.
     *
     * @param batchMax claims in one reservation and in one commit
     * @param emptyWaitNanos how long a claim waits for reserved units to be decided
     * @param directMax claims that may go to Postgres alone while Redis is away; 0: none do
     */
    record Bounds(int batchMax, long emptyWaitNanos, int directMax) {}

    /**
     * Makes a lane with nothing in it.
     *
     * @param codes makes coupon codes that nobody can guess
     */
    Lane(
            long eventId,
            Ledger ledger,
            CouponBook book,
            Rebuilder rebuilder,
            Timers timers,
            Bounds bounds,
            LaneListener listener,
            Supplier<String> codes) {
        this.eventId = eventId;
        this.ledger = ledger;
        this.rebuilder = rebuilder;
        this.timers = timers;
        this.bounds = bounds;
        this.listener = listener;
        this.codes = codes;
        this.settlements = new Settlements(eventId, ledger, timers);
        this.committer = new Committer(book, timers, listener, bounds.batchMax(), eventId, this::decided, this::wake);
        this.refusals = new Refusals(eventId, book, timers, this::parkAtLimit);
        this.direct = new DirectMode(eventId, ledger, book, rebuilder, timers);
        this.decisions = new Decisions(eventId, settlements, refusals, listener);
        this.door = new Door(eventId, book, timers, refusals, this::offer);
    }

    /** Takes a claim in; it is reserved with all that arrive in the same turn of the event loop. */
    void offer(Claim claim) {
        if (committer.shut()) {
            claim.answer(new Deferred(false, RETRY_AFTER_S));
        } else {
            arrivals.add(claim);
            wake();
        }
    }

    /** Takes a claim in whose campaign looks restricted from here: only who is invited is offered a unit. */
    void offerAtTheDoor(Claim claim) {
        door.arrive(claim);
    }

    /** Takes a claim in whose campaign looks closed from here: Postgres is asked about its key, nothing is reserved. */
    void offerToAsk(Claim claim) {
        claim.hold(Claim.ASK_ONLY, claim.rid(), 0, codes.get());
        committer.add(claim);
        timers.soon(committer::commitNext);
    }

    /** Nothing is under way here. */
    boolean idle() {
        boolean waiting = !arrivals.isEmpty() || !parked.isEmpty() || resting > 0 || !door.idle();
        return !waiting && !reserving && !direct.on() && committer.idle() && settlements.idle();
    }

    private void wake() {
        if (!woken) {
            woken = true;
            timers.soon(() -> {
                woken = false;
                reserveNext();
            });
        }
    }

    private void reserveNext() {
        boolean full = committer.backlog() >= COMMITS_AHEAD * bounds.batchMax(); // its end wakes this lane again
        if (reserving || full || arrivals.isEmpty()) {
            return;
        }
        reserving = true;
        step().onComplete(done -> {
            reserving = false;
            if (done.succeeded()) {
                reserveNext();
            } else {
                timers.after(AGAIN_MS, this::wake);
            }
        });
    }

    private Future<Void> step() {
        if (ledger.away()) {
            return goDirect();
        }
        return direct.on() ? direct.leave() : reserve();
    }

    private Future<Void> reserve() {
        List<Claim> batch = nextBatch(bounds.batchMax());
        if (batch.isEmpty()) {
            return Future.succeededFuture();
        }
        settlements.flush();
        listener.reserving(batch.size());
        return ledger.reserve(eventId, asks(batch))
                .onSuccess(reserved -> take(batch, reserved))
                .onFailure(unknown -> again(batch))
                .otherwiseEmpty()
                .mapEmpty();
    }

    /** Without Redis Postgres decides alone, for as many as it can bear; the others are told before anything is taken. */
    private Future<Void> goDirect() {
        List<Claim> batch = nextBatch(Math.min(bounds.batchMax(), bounds.directMax() - committer.backlog()));
        arrivals.forEach(claim -> claim.answer(new Deferred(bounds.directMax() > 0, RETRY_AFTER_S)));
        arrivals.clear();
        if (batch.isEmpty()) {
            return Future.succeededFuture();
        }
        listener.direct(batch.size());
        return direct.enter()
                .onSuccess(epoch -> {
                    for (Claim claim : batch) {
                        if (!claim.answered()) { // else it may have been refused elsewhere since
                            claim.hold(epoch, newLease(), 0, codes.get());
                            committer.add(claim);
                        }
                    }
                    committer.commitNext();
                })
                .onFailure(unknown -> again(batch))
                .mapEmpty();
    }

    /** The next claims that somebody waits for: the others hold nothing yet. */
    private List<Claim> nextBatch(int max) {
        var batch = new ArrayList<Claim>(Math.max(0, Math.min(max, arrivals.size())));
        while (!arrivals.isEmpty() && batch.size() < max) {
            Claim claim = arrivals.removeFirst();
            if (!claim.answered()) {
                batch.add(claim);
            }
        }
        return batch;
    }

    private List<Ask> asks(List<Claim> batch) {
        var asks = new ArrayList<Ask>(batch.size());
        for (Claim claim : batch) {
            asks.add(new Ask(claim.rid(), claim.userId(), newLease()));
        }
        return asks;
    }

    private UUID newLease() {
        var random = timers.random();
        return new UUID(random.nextLong(), random.nextLong());
    }

    private void take(List<Claim> batch, Reserved reserved) {
        if (reserved.notLoaded() || reserved.epoch() <= decisions.fencedEpoch()) { // R9, R13
            resting += batch.size();
            rebuilder.rebuild(eventId).onComplete(done -> {
                resting -= batch.size();
                again(batch);
            });
            return;
        }
        var turned = new ArrayList<Turned>();
        for (int i = 0; i < batch.size(); i++) {
            take(batch.get(i), reserved.answers().get(i), reserved.epoch(), turned);
        }
        if (reserved.generation() > 0) {
            listener.soldOut(eventId, reserved.generation());
        }
        refusals.answer(turned);
        if (!parked.isEmpty()) {
            unparkLater();
        }
        if (reserved.openLeases() == 0 && reserved.answers().contains(Denied.EMPTY)) { // nobody is left to tell
            findOut(reserved.epoch());
        }
        committer.commitNext();
    }

    private void take(Claim claim, Reservation reservation, long epoch, List<Turned> turned) {
        if (claim.answered()) {
            return; // its client may have been refused since, so nothing may come of it; a lease is the sweeper's
        }
        if (reservation instanceof Held held) {
            claim.hold(epoch, held.lease(), held.seq(), codes.get());
            committer.add(claim);
        } else if (reservation == Denied.EMPTY) { // R12
            park(claim);
        } else {
            turned.add(new Turned(
                    claim, reservation == Denied.LIMIT ? Refusal.USER_LIMIT_EXCEEDED : Refusal.COUPON_SOLD_OUT));
        }
    }

    private void park(Claim claim) {
        if (claim.emptyFor(timers.nanoTime()) > bounds.emptyWaitNanos()) {
            claim.answer(new Deferred(false, RETRY_AFTER_S));
        } else {
            parked.add(claim);
        }
    }

    /** The user's other claims are about to be decided. */
    private void parkAtLimit(Claim claim) {
        park(claim);
        unparkLater();
    }

    private void unparkLater() {
        if (!unparking) {
            unparking = true;
            timers.after(AGAIN_MS, () -> {
                unparking = false;
                unpark();
            });
        }
    }

    private void unpark() {
        if (!parked.isEmpty()) {
            arrivals.addAll(parked);
            parked.clear();
            wake();
        }
    }

    /** Stock 0 and no lease: either Postgres is full and nobody lived to say so, or Redis lost units. */
    private void findOut(long epoch) {
        if (findingOut) {
            return;
        }
        findingOut = true;
        rebuilder.soldOutOrRebuild(eventId, epoch).onComplete(found -> {
            findingOut = false;
            unpark();
        });
    }

    /** Back to the arrivals in a moment: something is unknown, or being repaired. */
    private void again(List<Claim> batch) {
        resting += batch.size();
        timers.after(AGAIN_MS + timers.random().nextLong(AGAIN_MS), () -> {
            resting -= batch.size();
            arrivals.addAll(batch);
            wake();
        });
    }

    private void decided(long epoch, List<Claim> batch, Verdicts verdicts) {
        List<Claim> retry = decisions.act(epoch, batch, verdicts);
        if (!retry.isEmpty()) {
            again(retry);
        }
        unpark(); // units may have come back, or gone for good
    }
}
