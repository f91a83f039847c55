package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Stock;
import io.vertx.core.Future;

/**
 * Whether claims of a campaign have gone past Redis, which then believes in units that are sold. Ends when Redis has been
 * loaded anew, by whichever node; until then nothing is reserved here.
 */
final class DirectMode {
    private static final long LOOK_MS = 200;

    private final long eventId;
    private final Ledger ledger;
    private final CouponBook book;
    private final Rebuilder rebuilder;
    private final Timers timers;
    private boolean on;
    private long lastEpoch;

    DirectMode(long eventId, Ledger ledger, CouponBook book, Rebuilder rebuilder, Timers timers) {
        this.eventId = eventId;
        this.ledger = ledger;
        this.book = book;
        this.rebuilder = rebuilder;
        this.timers = timers;
    }

    boolean on() {
        return on;
    }

    /** The epoch in which Postgres would issue now. */
    Future<Long> enter() {
        if (!on) {
            on = true;
            leaveLater();
        }
        return book.stock(eventId)
                .map(stock -> stock.map(Stock::epoch).orElse(Claim.ASK_ONLY))
                .onSuccess(epoch -> lastEpoch = epoch);
    }

    /** Has Redis loaded, unless somebody has begun a later epoch, which counted what was issued here. */
    Future<Void> leave() {
        return ledger.snapshot(eventId)
                .compose(seen -> seen.epoch() > lastEpoch ? Future.succeededFuture() : rebuilder.rebuild(eventId))
                .onSuccess(loaded -> on = false)
                .mapEmpty();
    }

    /** Even if nobody claims here any more. */
    private void leaveLater() {
        timers.after(LOOK_MS, () -> {
            if (on && ledger.away()) {
                leaveLater();
            } else if (on) {
                leave().onFailure(e -> leaveLater());
            }
        });
    }
}
