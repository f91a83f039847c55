package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.Refusals.Turned;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The door of a restricted campaign, before anything is reserved: who is not invited must not hold units that others wait
 * for. One question to Postgres at a time, for all who arrived meanwhile; nothing is remembered, so that who was just
 * invited is let in. The last word is with the transaction that issues.
 */
final class Door {
    private static final int ASKED_MAX = 1_000;
    private static final int RETRY_AFTER_S = 1;

    private final long eventId;
    private final CouponBook book;
    private final Timers timers;
    private final Refusals refusals;
    private final Consumer<Claim> inside;
    private final ArrayDeque<Claim> outside = new ArrayDeque<>();
    private boolean asking;

    /**
     * Makes a door that nobody waits at.
     *
     * @param inside takes those who are invited
     */
    Door(long eventId, CouponBook book, Timers timers, Refusals refusals, Consumer<Claim> inside) {
        this.eventId = eventId;
        this.book = book;
        this.timers = timers;
        this.refusals = refusals;
        this.inside = inside;
    }

    void arrive(Claim claim) {
        outside.add(claim);
        if (!asking) {
            asking = true;
            timers.soon(this::askNext);
        }
    }

    boolean idle() {
        return !asking;
    }

    private void askNext() {
        List<Claim> batch = nextBatch();
        if (batch.isEmpty()) {
            asking = false;
            return;
        }
        Set<Long> users = new HashSet<>();
        batch.forEach(claim -> users.add(claim.userId()));
        Future<Set<Long>> invited = book.invited(eventId, users);
        invited.onComplete(found -> part(batch, found), unknown -> batch.forEach(Door::defer));
        invited.onComplete(done -> askNext());
    }

    private List<Claim> nextBatch() {
        var batch = new ArrayList<Claim>(Math.min(ASKED_MAX, outside.size()));
        while (!outside.isEmpty() && batch.size() < ASKED_MAX) {
            Claim claim = outside.removeFirst();
            if (!claim.answered()) {
                batch.add(claim);
            }
        }
        return batch;
    }

    /** R6: who is not invited any more still finds what a key has got. */
    private void part(List<Claim> batch, Set<Long> invited) {
        var turned = new ArrayList<Turned>();
        for (Claim claim : batch) {
            if (invited.contains(claim.userId())) {
                inside.accept(claim);
            } else {
                turned.add(new Turned(claim, Refusal.FORBIDDEN));
            }
        }
        refusals.answer(turned);
    }

    private static void defer(Claim claim) {
        claim.answer(new Deferred(false, RETRY_AFTER_S));
    }
}
