package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.ops.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Group commit of one campaign: one batch in flight, the next one collects meanwhile.
 *
 * <p>Never gives a lease back: after an error the row may exist, so the same rids and leases are sent again until
 * Postgres answers or nobody waits any more; then the sweeper finds out (R4). What was reserved is always sent, even
 * when its client has left (R5).
 */
final class Committer {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final long RESEND_MS = 20;
    private static final int SHUTS_AFTER = 3;
    private static final long SHUT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final long eventId;
    private final CouponBook book;
    private final Timers timers;
    private final LaneListener listener;
    private final int batchMax;
    private final Decided decided;
    private final Runnable ended;
    private final ArrayDeque<Claim> held = new ArrayDeque<>();
    private boolean committing;
    private int failuresInARow;
    private long shutUntil;

    /** Who acts on the decisions. */
    @FunctionalInterface
    interface Decided {
        void accept(long epoch, List<Claim> batch, Verdicts verdicts);
    }

    /**
     * Makes a committer with nothing to do.
     *
     * @param ended told after each batch, decided or given up
     */
    Committer(
            CouponBook book,
            Timers timers,
            LaneListener listener,
            int batchMax,
            long eventId,
            Decided decided,
            Runnable ended) {
        this.eventId = eventId;
        this.book = book;
        this.timers = timers;
        this.listener = listener;
        this.batchMax = batchMax;
        this.decided = decided;
        this.ended = ended;
    }

    void add(Claim claim) {
        held.add(claim);
    }

    /** Claims that wait for their batch. */
    int backlog() {
        return held.size();
    }

    /**
     * Postgres does not answer: whoever comes now is better told so before anything is taken. Opens by itself after a
     * moment, to try again.
     */
    boolean shut() {
        return failuresInARow >= SHUTS_AFTER && timers.nanoTime() - shutUntil < 0;
    }

    boolean idle() {
        return !committing && held.isEmpty();
    }

    /** Sends the next batch unless one is in flight. */
    void commitNext() {
        if (committing || held.isEmpty()) {
            return;
        }
        committing = true;
        send(nextBatch()).onComplete(done -> {
            if (done.failed()) {
                LOG.atError()
                        .addKeyValue("eventId", eventId)
                        .setCause(done.cause())
                        .log("batch not answered");
            }
            committing = false;
            commitNext();
            ended.run();
        });
    }

    /** A key is in it once: the next try may hold another lease, and a decision is about one. */
    private List<Claim> nextBatch() {
        var batch = new ArrayList<Claim>(Math.min(batchMax, held.size()));
        var rids = new HashSet<UUID>();
        long epoch = held.getFirst().epoch();
        while (!held.isEmpty()
                && batch.size() < batchMax
                && held.getFirst().epoch() == epoch
                && rids.add(held.getFirst().rid())) {
            batch.add(held.removeFirst());
        }
        return batch;
    }

    private Future<Void> send(List<Claim> batch) {
        listener.committing(batch.size());
        boolean plain = batch.stream().allMatch(Claim::fresh);
        long epoch = batch.get(0).epoch();
        if (plain) {
            batch.forEach(Claim::sending);
        }
        Future<Optional<Verdicts>> fast = plain
                ? book.issueFast(eventId, epoch, batch)
                        .onFailure(e -> listener.undecided(Meters.Path.FAST))
                        .otherwise(Optional.empty()) // any error: the slow way finds out
                : Future.succeededFuture(Optional.empty());
        return fast.compose(
                issued -> issued.map(v -> decide(epoch, batch, v)).orElseGet(() -> sendSlowly(epoch, batch)));
    }

    private Future<Void> sendSlowly(long epoch, List<Claim> batch) {
        batch.forEach(Claim::sending);
        return book.issueBatch(eventId, epoch, batch)
                .compose(verdicts -> decide(epoch, batch, verdicts), failure -> failed(epoch, batch, failure));
    }

    private Future<Void> decide(long epoch, List<Claim> batch, Verdicts verdicts) {
        if (failuresInARow > 0) {
            LOG.atInfo().addKeyValue("eventId", eventId).log("batches are decided again, after {}", failuresInARow);
        }
        failuresInARow = 0;
        decided.accept(epoch, batch, verdicts);
        return Future.succeededFuture();
    }

    private Future<Void> failed(long epoch, List<Claim> batch, Throwable failure) {
        if (failure instanceof CouponBook.Poisoned) {
            return splitOrDrop(epoch, batch, failure);
        }
        failuresInARow++;
        shutUntil = timers.nanoTime() + SHUT_NANOS;
        listener.undecided(Meters.Path.SLOW);
        List<Claim> waiting = batch.stream().filter(c -> !c.answered()).toList();
        if (waiting.isEmpty()) {
            return Future.succeededFuture();
        }
        LOG.atLevel(failuresInARow == 1 ? Level.WARN : Level.DEBUG)
                .addKeyValue("eventId", eventId)
                .log("batch not decided, sending it again: {}", failure.toString());
        return pause().compose(v -> sendSlowly(epoch, waiting));
    }

    /** One bad request must not fail its neighbours (R10). */
    private Future<Void> splitOrDrop(long epoch, List<Claim> batch, Throwable failure) {
        if (batch.size() == 1) {
            LOG.atError().addKeyValue("eventId", eventId).setCause(failure).log("claim refused by the database");
            return Future.succeededFuture(); // answered at its deadline; its lease is the sweeper's
        }
        int half = batch.size() / 2;
        return sendSlowly(epoch, batch.subList(0, half))
                .compose(v -> sendSlowly(epoch, batch.subList(half, batch.size())));
    }

    private Future<Void> pause() {
        var promise = Promise.<Void>promise();
        timers.after(RESEND_MS + timers.random().nextLong(RESEND_MS), promise::complete);
        return promise.future();
    }
}
