package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Verdicts;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntConsumer;

/**
 * Commits small batches of several campaigns together, as a transaction costs more than a few coupons.
 *
 * <p>A batch goes alone when it is large, or when no small one is under way; else it waits for the next joint commit, of which
 * one is under way at a time. That waits for no campaign, so nobody is kept by the lock of another; what it leaves out goes
 * alone. When one is not answered, nobody waits for the next. Of a campaign, one batch at a time may be here. Belongs to one
 * event loop.
 */
final class JointCommits implements FastPath {
    /** Claims in a batch that is worth a transaction of its own. */
    static final int LARGE = 32;

    private final Store store;
    private final int claimsMax;
    private final IntConsumer joined;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int alone;
    private boolean committing;

    /** A batch of fresh reservations of one epoch of a campaign. */
    record Batch(long eventId, long epoch, List<Claim> claims) {}

    /** What commits. */
    interface Store extends FastPath {
        /** Those that were issued as a whole, by campaign; to the others nothing happened. Failed: unknown. */
        Future<Map<Long, Verdicts>> issueJointly(List<Batch> batches);
    }

    private record Waiting(Batch batch, Promise<Optional<Verdicts>> decided) {}

    /**
     * Makes one with nothing under way.
     *
     * @param claimsMax in one joint commit
     * @param joined told how many campaigns each joint commit is for
     */
    JointCommits(Store store, int claimsMax, IntConsumer joined) {
        this.store = store;
        this.claimsMax = claimsMax;
        this.joined = joined;
    }

    @Override
    public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> claims) {
        if (claims.size() >= LARGE) {
            return store.issueFast(eventId, epoch, claims);
        }
        var batch = new Batch(eventId, epoch, claims);
        if (alone == 0 && !committing) {
            return alone(batch);
        }
        var waits = new Waiting(batch, Promise.promise());
        waiting.add(waits);
        commitNext();
        return waits.decided().future();
    }

    private Future<Optional<Verdicts>> alone(Batch batch) {
        alone++;
        return store.issueFast(batch.eventId(), batch.epoch(), batch.claims()).onComplete(done -> alone--);
    }

    private void commitNext() {
        if (committing || waiting.isEmpty()) {
            return;
        }
        committing = true;
        List<Waiting> next = next();
        joined.accept(next.size());
        store.issueJointly(next.stream().map(Waiting::batch).toList()).onComplete(issued -> {
            try {
                next.forEach(waits -> decide(waits, issued)); // whoever goes on at once is in the next joint commit
                if (issued.failed()) {
                    dismiss();
                }
            } finally {
                committing = false;
                commitNext();
            }
        });
    }

    /** To those who wait nothing has happened: they find out by themselves what is wrong, and need not wait for each other. */
    private void dismiss() {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(waits -> waits.decided().complete(Optional.empty()));
    }

    private void decide(Waiting waits, AsyncResult<Map<Long, Verdicts>> issued) {
        if (issued.failed()) {
            waits.decided().fail(issued.cause());
            return;
        }
        Verdicts verdicts = issued.result().get(waits.batch().eventId());
        if (verdicts == null) {
            alone(waits.batch()).onComplete(waits.decided());
        } else {
            waits.decided().complete(Optional.of(verdicts));
        }
    }

    /** The oldest; a key is in it once, as two of the same would undo it all. */
    private List<Waiting> next() {
        var next = new ArrayList<Waiting>();
        Set<UUID> keys = new HashSet<>();
        int room = claimsMax;
        while (!waiting.isEmpty()) {
            List<Claim> claims = waiting.getFirst().batch().claims();
            room -= claims.size();
            boolean twice = claims.stream().map(Claim::rid).anyMatch(keys::contains);
            if (!next.isEmpty() && (room < 0 || twice)) {
                break;
            }
            claims.forEach(claim -> keys.add(claim.rid()));
            next.add(waiting.removeFirst());
        }
        return next;
    }
}
