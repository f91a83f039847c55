package io.couponrush.issuance;

import io.couponrush.ops.DeliveryMeters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after the outbox itself: how much waits in it, and what can go. */
final class OutboxCare {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxCare.class);
    private static final int SLICE = 5_000;

    private final OutboxStore store;
    private final DeliveryMeters meters;

    OutboxCare(OutboxStore store, DeliveryMeters meters) {
        this.store = store;
        this.meters = meters;
    }

    void look() {
        store.backlog()
                .onSuccess(waits -> meters.outbox(waits.rows(), waits.oldestMillis()))
                .onFailure(e -> LOG.debug("outbox not looked at", e));
    }

    void pruneTraces() {
        store.pruneTraces().onFailure(e -> LOG.atWarn().log("traces not pruned: {}", e.toString()));
    }

    /** Slice by slice, so that no statement is long. */
    void prune() {
        store.prune(SLICE)
                .onSuccess(gone -> {
                    if (gone == SLICE) {
                        prune();
                    }
                })
                .onFailure(e -> LOG.atWarn().log("outbox not pruned: {}", e.toString()));
    }
}
