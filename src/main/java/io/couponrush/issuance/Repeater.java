package io.couponrush.issuance;

import io.couponrush.timing.Backoff;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * Runs a task whenever it is woken, one run at a time, and rests longer after each run that failed. Belongs to one event
 * loop.
 */
final class Repeater {
    private static final long GIVE_WAY_MS = 250;
    private static final long REST_FIRST_MS = 100;
    private static final long REST_MAX_MS = 5_000;

    private final Timers timers;
    private final Supplier<Future<Next>> task;
    private Future<Next> running = Future.succeededFuture(Next.IDLE);
    private boolean again;
    private boolean resting;
    private boolean stopped;
    private final Backoff backoff = new Backoff(REST_FIRST_MS, REST_MAX_MS);

    /** What a run found. */
    enum Next {
        /** Nothing to do until somebody wakes us. */
        IDLE,
        /** There is more at once. */
        MORE,
        /** There may be more, but others go first: not before a moment has passed, whoever wakes us. */
        GIVE_WAY,
        /** It did not work; a failed future says the same. */
        FAILED
    }

    Repeater(Timers timers, Supplier<Future<Next>> task) {
        this.timers = timers;
        this.task = task;
    }

    /** Runs the task now, or once more after the run that is under way; not before a rest is over. */
    void wake() {
        again = true;
        if (running.isComplete() && !resting && !stopped) {
            run();
        }
    }

    /** No more runs; done when the last one is. */
    Future<Void> stop() {
        stopped = true;
        return running.transform(last -> Future.succeededFuture());
    }

    private void run() {
        again = false;
        running = task.get();
        running.onComplete(done -> after(done.succeeded() ? done.result() : Next.FAILED));
    }

    private void after(Next next) {
        if (next == Next.FAILED) {
            restFor(backoff.next(timers.random()));
            return;
        }
        backoff.succeeded();
        if (next == Next.GIVE_WAY) {
            restFor(GIVE_WAY_MS);
            return;
        }
        if (next == Next.MORE || again) {
            timers.soon(this::wake); // a task that completes at once must not pile up the stack
        }
    }

    private void restFor(long millis) {
        resting = true;
        timers.after(millis, () -> {
            resting = false;
            wake();
        });
    }
}
