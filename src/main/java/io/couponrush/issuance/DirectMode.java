package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Stock;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether claims of a campaign have gone past Redis, which then believes in units that are sold. Ends when Redis has been
 * loaded anew, by whichever node; until then nothing is reserved here.
 */
final class DirectMode {
    private static final Logger LOG = LoggerFactory.getLogger(DirectMode.class);
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
        begin();
        return book.stock(eventId)
                .map(stock -> stock.map(Stock::epoch).orElse(Claim.ASK_ONLY))
                .onSuccess(this::issuesIn);
    }

    /** Redis may have been loaded since the question was sent, in this very epoch: that does not count what comes now. */
    private void issuesIn(long epoch) {
        lastEpoch = epoch;
        begin();
    }

    private void begin() {
        if (!on) {
            on = true;
            LOG.atWarn().addKeyValue("eventId", eventId).log("Redis is away: claims go to Postgres alone");
            leaveLater();
        }
    }

    /** Has Redis loaded, unless somebody has begun a later epoch, which counted what was issued here. */
    Future<Void> leave() {
        long leaving = lastEpoch;
        return ledger.snapshot(eventId)
                .compose(seen -> seen.epoch() > leaving ? Future.succeededFuture() : rebuilder.rebuild(eventId))
                .onSuccess(loaded -> reserveAgainUnlessLaterThan(leaving))
                .mapEmpty();
    }

    private void reserveAgainUnlessLaterThan(long epoch) {
        if (on && lastEpoch == epoch) {
            on = false;
            LOG.atInfo().addKeyValue("eventId", eventId).log("Redis is back and loaded: claims are reserved again");
        }
    }

    /** Even if nobody claims here any more. */
    private void leaveLater() {
        timers.after(LOOK_MS, () -> {
            if (on && ledger.away()) {
                leaveLater();
            } else if (on) {
                leave().onComplete(done -> {
                    if (on) {
                        leaveLater();
                    }
                });
            }
        });
    }
}
