package io.couponrush.issuance;

import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import java.util.ArrayList;
import java.util.List;

/** Reservations of one campaign that Postgres has decided, on their way to Redis: with the next call, or alone soon. */
final class Settlements {
    private static final long ALONE_AFTER_MS = 5;
    private static final int ONE_CALL = 1_000; // lua/settle.lua takes 1024, the sold-out state included

    private final long eventId;
    private final Ledger ledger;
    private final Timers timers;
    private List<Settlement> pending = new ArrayList<>();
    private long epoch;
    private int soldOutGeneration;
    private boolean timed;
    private int underWay;

    Settlements(long eventId, Ledger ledger, Timers timers) {
        this.eventId = eventId;
        this.ledger = ledger;
        this.timers = timers;
    }

    void add(Verb verb, Claim claim) {
        if (claim.epoch() != Claim.ASK_ONLY && enter(claim.epoch())) {
            pending.add(new Settlement(verb, claim.rid(), claim.lease()));
            if (pending.size() == ONE_CALL) {
                flush();
            }
        }
    }

    void soldOut(long inEpoch, int generation) {
        if (inEpoch != Claim.ASK_ONLY && enter(inEpoch)) {
            soldOutGeneration = generation;
        }
    }

    /** Sends what there is, ahead of whatever is sent next on the connection. */
    void flush() {
        if (pending.isEmpty() && soldOutGeneration == 0) {
            return;
        }
        List<Settlement> out = pending;
        int generation = soldOutGeneration;
        pending = new ArrayList<>();
        soldOutGeneration = 0;
        underWay++;
        // Losing it is harmless: the sweeper asks Postgres again.
        ledger.settle(eventId, epoch, out, generation).onComplete(heard -> underWay--);
    }

    /** Redis has heard of everything, or never will. */
    boolean idle() {
        return pending.isEmpty() && soldOutGeneration == 0 && underWay == 0;
    }

    /** Leases of another epoch are gone with it: only the newest counts. */
    private boolean enter(long inEpoch) {
        if (inEpoch < epoch) {
            return false;
        }
        if (inEpoch > epoch) {
            flush();
            epoch = inEpoch;
        }
        if (!timed) {
            timed = true;
            timers.after(ALONE_AFTER_MS, () -> {
                timed = false;
                flush();
            });
        }
        return true;
    }
}
