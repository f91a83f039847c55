package io.couponrush.timing;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Does a task now and then: never twice at once, a quarter of the time later by chance, so that nodes are not in step, and
 * again after a short pause while there is more to do. A round that fails, or throws, is tried in the next; the log tells of
 * the first of a row, and of its end. Ends with the verticle that began it.
 */
public final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final Vertx vertx;
    private final String name;
    private final Duration every;
    private final Duration pause;
    private final Supplier<Future<Boolean>> round;
    private boolean troubled;
    private volatile boolean ended;

    /**
     * Makes rounds that have not begun.
     *
     * @param name says in the log what was not finished
     * @param pause before the next round when there is more to do
     * @param round one bounded step; whether there is more to do
     */
    public Rounds(Vertx vertx, String name, Duration every, Duration pause, Supplier<Future<Boolean>> round) {
        this.vertx = vertx;
        this.name = name;
        this.every = every;
        this.pause = pause;
        this.round = round;
    }

    /** The first round is when the time has passed once. Call it on the verticle's context. */
    public void begin() {
        next(jittered());
    }

    /**
     * No round begins any more, and the log does not tell when the one that is under way fails: for who takes away what a
     * round needs before its verticle has ended. Any thread may call it.
     */
    public void end() {
        ended = true;
    }

    private void next(long millis) {
        vertx.setTimer(millis, id -> go());
    }

    private void go() {
        if (ended) return;
        Future.succeededFuture()
                .compose(v -> round.get())
                .onSuccess(more -> recovered())
                .onFailure(this::trouble)
                .onComplete(done -> next(done.succeeded() && done.result() ? pause.toMillis() : jittered()));
    }

    /** Said once, not with each round. */
    private void trouble(Throwable failure) {
        LOG.atLevel(troubled || ended ? Level.DEBUG : Level.WARN)
                .log("{} not finished, trying on: {}", name, failure.toString());
        troubled = true;
    }

    private void recovered() {
        if (troubled) {
            troubled = false;
            LOG.info("{} is done again", name);
        }
    }

    private long jittered() {
        long millis = every.toMillis();
        return millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1);
    }
}
