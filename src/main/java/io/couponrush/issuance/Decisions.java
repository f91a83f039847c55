package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Verdict;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.Refusals.Turned;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Acts on what Postgres decided about a batch: settles, answers, and tells which claims must try again. */
final class Decisions {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    private final long eventId;
    private final Settlements settlements;
    private final Refusals refusals;
    private final LaneListener listener;
    private long fencedEpoch = Claim.ASK_ONLY;

    Decisions(long eventId, Settlements settlements, Refusals refusals, LaneListener listener) {
        this.eventId = eventId;
        this.settlements = settlements;
        this.refusals = refusals;
        this.listener = listener;
    }

    /** The newest epoch that Postgres has left behind: whoever still works in it must load anew (R13). */
    long fencedEpoch() {
        return fencedEpoch;
    }

    /** Returns the claims that are to be reserved again. */
    List<Claim> act(long epoch, List<Claim> batch, Verdicts verdicts) {
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
        return retry;
    }

    /** R1: the only place that answers with a coupon of this try, and only after the commit. */
    private void decide(Claim claim, Verdict verdict, List<Claim> retry, List<Turned> turned) {
        switch (verdict.decision()) {
            case ISSUED -> end(claim, Verb.C, issued(verdict, false));
            case REPLAY -> { // R8: a second reservation of the same key gives its unit back
                boolean own = verdict.sameLease() && claim.mayBeOwnWork();
                if (own) {
                    listener.found(1);
                }
                end(claim, verdict.sameLease() ? Verb.C : Verb.B, issued(verdict, !own));
            }
            case KEY_REUSED -> end(claim, Verb.B, new Refused(Refusal.IDEMPOTENCY_KEY_REUSED));
            case SOLD_OUT -> {
                admittedTooMany(claim);
                end(claim, Verb.S, new Refused(Refusal.COUPON_SOLD_OUT));
            }
            case NO_EVENT -> end(claim, Verb.B, new Refused(Refusal.EVENT_NOT_FOUND));
            case NOT_OPEN -> end(claim, Verb.B, new Refused(Refusal.EVENT_NOT_STARTED));
            case CLOSED -> end(claim, Verb.B, new Refused(Refusal.EVENT_ENDED));
            case PAUSED -> end(claim, Verb.B, new Refused(Refusal.EVENT_PAUSED));
            case BARRED -> end(claim, Verb.B, new Refused(Refusal.FORBIDDEN));
            case DRAW -> end(claim, Verb.B, new Refused(Refusal.EVENT_IS_DRAW));
            case LIMIT -> {
                admittedTooMany(claim);
                settlements.add(Verb.L, claim);
                turned.add(new Turned(claim, Refusal.USER_LIMIT_EXCEEDED));
            }
            case FENCED -> { // R3
                fencedIn(claim.epoch());
                listener.fenced(1);
                retry.add(claim);
            }
            case VOID -> { // R7: given back from here too, as asking again keeps it from the sweeper
                settlements.add(Verb.B, claim);
                retry.add(claim);
            }
            case RETRY -> retry.add(claim); // R10: under another code, or to find the key's coupon
        }
    }

    private void admittedTooMany(Claim claim) {
        if (claim.fresh()) { // else nothing was reserved for this try: it only asked, or Redis was away
            listener.refused(1);
        }
    }

    private void fencedIn(long epoch) {
        if (epoch > fencedEpoch) {
            fencedEpoch = epoch;
            LOG.atInfo()
                    .addKeyValue("eventId", eventId)
                    .addKeyValue("epoch", epoch)
                    .log("claims of an epoch that has passed are tried again");
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
