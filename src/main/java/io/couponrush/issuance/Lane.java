package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Verdict;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Reserved;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.Refusals.Turned;
import io.couponrush.issuance.Reservation.Denied;
import io.couponrush.issuance.Reservation.Held;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The claims of one campaign on one node, from arrival to answer: reserved together, committed together, settled with
 * the next reservation. Lives on one event loop and takes no lock.
 *
 * <p>R1 to R13 are the rules of {@code docs/architecture.md}, marked where they hold.
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

    private final ArrayDeque<Claim> arrivals = new ArrayDeque<>();
    private final ArrayDeque<Claim> parked = new ArrayDeque<>();
    private boolean woken;
    private boolean reserving;
    private boolean unparking;
    private boolean findingOut;
    private long fencedEpoch = Claim.ASK_ONLY;
    private int resting;

    /**
     * Bounds of a lane.
     *
     * @param batchMax claims in one reservation and in one commit
     * @param emptyWaitNanos how long a claim waits for reserved units to be decided
     */
    record Bounds(int batchMax, long emptyWaitNanos) {}

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
        this.refusals = new Refusals(eventId, book);
    }

    /** Takes a claim in; it is reserved with all that arrive in the same turn of the event loop. */
    void offer(Claim claim) {
        arrivals.add(claim);
        wake();
    }

    /** Takes a claim in whose campaign looks closed from here: Postgres is asked about its key, nothing is reserved. */
    void offerToAsk(Claim claim) {
        claim.hold(Claim.ASK_ONLY, claim.rid(), 0, codes.get());
        committer.add(claim);
        timers.soon(committer::commitNext);
    }

    /** Nothing is under way here. */
    boolean idle() {
        return arrivals.isEmpty() && parked.isEmpty() && resting == 0 && !reserving && committer.idle();
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
        List<Claim> batch = reserving || full ? List.of() : nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        reserving = true;
        settlements.flush();
        listener.reserving(batch.size());
        ledger.reserve(eventId, asks(batch))
                .onSuccess(reserved -> take(batch, reserved))
                .onFailure(unknown -> again(batch))
                .onComplete(done -> {
                    reserving = false;
                    reserveNext();
                });
    }

    /** The next claims that somebody waits for: the others hold nothing yet. */
    private List<Claim> nextBatch() {
        var batch = new ArrayList<Claim>(Math.min(bounds.batchMax(), arrivals.size()));
        while (!arrivals.isEmpty() && batch.size() < bounds.batchMax()) {
            Claim claim = arrivals.removeFirst();
            if (!claim.answered()) {
                batch.add(claim);
            }
        }
        return batch;
    }

    private List<Ask> asks(List<Claim> batch) {
        var random = timers.random();
        var asks = new ArrayList<Ask>(batch.size());
        for (Claim claim : batch) {
            asks.add(new Ask(claim.rid(), claim.userId(), new UUID(random.nextLong(), random.nextLong())));
        }
        return asks;
    }

    private void take(List<Claim> batch, Reserved reserved) {
        if (reserved.notLoaded() || reserved.epoch() <= fencedEpoch) { // R9, R13
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
            if (reserved.openLeases() == 0) { // nobody is left whose commit could tell
                findOut(reserved.epoch());
            }
        }
        committer.commitNext();
    }

    private void take(Claim claim, Reservation reservation, long epoch, List<Turned> turned) {
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

    /** Acts on what Postgres decided (R1: the only place that answers with a coupon of this try). */
    private void decided(long epoch, List<Claim> batch, Verdicts verdicts) {
        var retry = new ArrayList<Claim>();
        var turned = new ArrayList<Turned>();
        for (Claim claim : batch) {
            decide(claim, Objects.requireNonNull(verdicts.byRid().get(claim.rid())), retry, turned);
        }
        if (verdicts.soldOut()) {
            settlements.soldOut(epoch, verdicts.generation());
            listener.soldOut(eventId, verdicts.generation());
        }
        refusals.answer(turned);
        if (!retry.isEmpty()) {
            again(retry);
        }
        wake();
        if (!parked.isEmpty()) {
            unpark();
        }
    }

    private void decide(Claim claim, Verdict verdict, List<Claim> retry, List<Turned> turned) {
        switch (verdict.decision()) {
            case ISSUED -> end(claim, Verb.C, issued(verdict, false));
            case REPLAY -> { // R8: a second reservation of the same key gives its unit back
                boolean own = verdict.sameLease() && claim.fresh();
                end(claim, verdict.sameLease() ? Verb.C : Verb.B, issued(verdict, !own));
            }
            case KEY_REUSED -> end(claim, Verb.B, new Refused(Refusal.IDEMPOTENCY_KEY_REUSED));
            case SOLD_OUT -> end(claim, Verb.S, new Refused(Refusal.COUPON_SOLD_OUT));
            case NO_EVENT -> end(claim, Verb.B, new Refused(Refusal.EVENT_NOT_FOUND));
            case NOT_OPEN -> end(claim, Verb.B, new Refused(Refusal.EVENT_NOT_STARTED));
            case CLOSED -> end(claim, Verb.B, new Refused(Refusal.EVENT_ENDED));
            case PAUSED -> end(claim, Verb.B, new Refused(Refusal.EVENT_PAUSED));
            case LIMIT -> {
                settlements.add(Verb.L, claim);
                turned.add(new Turned(claim, Refusal.USER_LIMIT_EXCEEDED));
            }
            case FENCED -> { // R3
                fencedEpoch = Math.max(fencedEpoch, claim.epoch());
                listener.fenced(1);
                retry.add(claim);
            }
            case VOID -> { // R7: given back from here too, as asking again keeps it from the sweeper
                settlements.add(Verb.B, claim);
                retry.add(claim);
            }
            case RETRY -> {
                claim.recode(codes.get());
                committer.add(claim);
            }
        }
    }

    private void end(Claim claim, Verb verb, IssueOutcome outcome) {
        settlements.add(verb, claim);
        claim.answer(outcome);
    }

    private static IssueOutcome issued(Verdict verdict, boolean replayed) {
        return Objects.requireNonNull(verdict.coupon()).issued(replayed);
    }
}
