package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Sweepable;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what Redis believes against what Postgres knows: stock and open reservations together are what is left. A
 * difference costs no coupon, since Postgres decides, but it would sell late or refuse early; it is repaired, and it is an
 * alarm.
 */
final class Auditor {
    private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);

    private final Ledger ledger;
    private final CouponBook book;
    private final Supplier<Future<Boolean>> leads;
    private final Drift drift;
    private final Rebuilder rebuilder;
    private final LongConsumer drifted;

    /** Units by which a snapshot is wrong, taken while nothing can be issued; empty when nothing can be compared. */
    @FunctionalInterface
    interface Drift {
        Future<Optional<Long>> of(long eventId, Supplier<Future<Ledger.Snapshot>> snapshot);
    }

    /**
     * Makes an auditor.
     *
     * @param leads whether this node is the one that audits
     * @param drifted told of every difference found, in units
     */
    Auditor(
            Ledger ledger,
            CouponBook book,
            Supplier<Future<Boolean>> leads,
            Drift drift,
            Rebuilder rebuilder,
            LongConsumer drifted) {
        this.ledger = ledger;
        this.book = book;
        this.leads = leads;
        this.drift = drift;
        this.rebuilder = rebuilder;
        this.drifted = drifted;
    }

    /** One round over the campaigns that are open, unless another node goes round. */
    Future<Void> audit() {
        return leads.get().compose(mine -> mine ? round() : Future.succeededFuture());
    }

    private Future<Void> round() {
        return book.sweepable().compose(campaigns -> {
            List<Long> open = campaigns.stream()
                    .filter(c -> c.expireAt() == 0)
                    .map(Sweepable::eventId)
                    .toList();
            Future<Void> round = Future.succeededFuture();
            for (long eventId : open) {
                round = round.compose(v -> audit(eventId)).otherwise(e -> {
                    LOG.atDebug().addKeyValue("eventId", eventId).log("not audited: {}", e.toString());
                    return null;
                });
            }
            return round;
        });
    }

    private Future<Void> audit(long eventId) {
        return drift.of(eventId, () -> ledger.snapshot(eventId)).compose(drift -> drift.filter(units -> units != 0)
                .map(units -> repair(eventId, units))
                .orElseGet(Future::succeededFuture));
    }

    private Future<Void> repair(long eventId, long units) {
        drifted.accept(units);
        LOG.atError()
                .addKeyValue("eventId", eventId)
                .addKeyValue("units", units)
                .log("Redis and Postgres disagree about the stock; loading it anew");
        return rebuilder.rebuild(eventId);
    }
}
