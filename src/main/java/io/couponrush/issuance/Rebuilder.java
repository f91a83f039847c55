package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Epoch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads Redis from Postgres in a new epoch, which fences everything reserved before. One at a time per campaign on this
 * node; between nodes the compare-and-set of the epoch decides, and the loser looks again.
 */
final class Rebuilder {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuilder.class);
    private static final long LOSER_WAITS_MS = 10;

    private final Ledger ledger;
    private final CouponBook book;
    private final Timers timers;
    private final Runnable counted;
    private final Map<Long, Future<Void>> running = new HashMap<>();

    /**
     * Makes a rebuilder.
     *
     * @param counted told of every epoch begun here
     */
    Rebuilder(Ledger ledger, CouponBook book, Timers timers, Runnable counted) {
        this.ledger = ledger;
        this.book = book;
        this.timers = timers;
        this.counted = counted;
    }

    /** Completes when Redis was loaded, here or by another node; the caller looks again either way. */
    Future<Void> rebuild(long eventId) {
        Future<Void> going = running.get(eventId);
        if (going != null) {
            return going;
        }
        Promise<Void> done = Promise.promise();
        running.put(eventId, done.future());
        ledger.checkMaster()
                .compose(master -> book.stock(eventId))
                .compose(stock -> stock.map(s -> book.beginEpoch(eventId, s.epoch()))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty())))
                .compose(won -> won.map(epoch -> load(eventId, epoch)).orElseGet(this::waitForTheWinner))
                .onComplete(result -> {
                    running.remove(eventId);
                    done.handle(result);
                });
        return done.future();
    }

    /** Likewise, by a rebuild that begins from here on: one under way may have read what has been changed since. */
    Future<Void> rebuildAfresh(long eventId) {
        Future<Void> going = running.get(eventId);
        return going == null ? rebuild(eventId) : going.transform(before -> rebuild(eventId));
    }

    /** With stock 0 and no lease: tells Redis that it is sold out when Postgres is full in this epoch, else rebuilds. */
    Future<Void> soldOutOrRebuild(long eventId, long epoch) {
        return book.stock(eventId).compose(found -> found.filter(s -> s.epoch() == epoch && s.issued() >= s.total())
                .map(s -> ledger.settle(eventId, epoch, List.of(), s.generation()))
                .orElseGet(() -> rebuild(eventId)));
    }

    private Future<Void> load(long eventId, Epoch epoch) {
        counted.run();
        LOG.atInfo()
                .addKeyValue("eventId", eventId)
                .addKeyValue("epoch", epoch.epoch())
                .addKeyValue("free", epoch.free())
                .log("loading the stock into Redis");
        return ledger.load(eventId, epoch).onSuccess(loaded -> {
            // Claims go on meanwhile: until the counts are there, Postgres alone holds the users' limit.
            loadCounts(eventId, epoch.epoch(), 0).onFailure(e -> LOG.atWarn()
                    .addKeyValue("eventId", eventId)
                    .log("user counts not loaded: {}", e.toString()));
        });
    }

    private Future<Void> loadCounts(long eventId, long epoch, long afterId) {
        return book.countsBefore(eventId, epoch, afterId).compose(page -> ledger.loadCounts(
                        eventId, epoch, page.counts(), page.nextId() == 0)
                .compose(added ->
                        page.nextId() == 0 ? Future.succeededFuture() : loadCounts(eventId, epoch, page.nextId())));
    }

    private Future<Void> waitForTheWinner() {
        Promise<Void> waited = Promise.promise();
        timers.after(LOSER_WAITS_MS + timers.random().nextLong(4 * LOSER_WAITS_MS), waited::complete);
        return waited.future();
    }
}
