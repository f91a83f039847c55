package io.couponrush.issuance;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What goes wrong in one simulation, drawn from its seed: each seed has its own mix, so that some are mild. */
final class Faults {
    /** Nobody knows whether it happened. */
    static final class Lost extends Exception {
        private static final long serialVersionUID = 1;

        Lost() {
            super("lost", null, false, false);
        }
    }

    private final Scheduler scheduler;
    private final @Nullable StringBuilder trace;
    private boolean on;
    private final double redisSlow;
    private final double redisReplyLost;
    private final double postgresFails;
    private final double postgresReplyLost;
    private final double postgresLate;
    private long redisAwayUntil;
    private long postgresAwayUntil;

    Faults(Scheduler scheduler, boolean calm, @Nullable StringBuilder trace) {
        this.scheduler = scheduler;
        this.trace = trace;
        this.on = !calm;
        redisSlow = some();
        redisReplyLost = some();
        postgresFails = some();
        postgresReplyLost = some();
        postgresLate = some();
    }

    private double some() {
        return switch (scheduler.random().nextInt(4)) {
            case 0 -> 0.03;
            case 1 -> 0.2;
            default -> 0;
        };
    }

    boolean on() {
        return on;
    }

    void stop() {
        on = false;
        redisAwayUntil = 0;
        postgresAwayUntil = 0;
    }

    boolean redisSlow() {
        return on && scheduler.chance(redisSlow);
    }

    boolean redisReplyLost() {
        return on && scheduler.chance(redisReplyLost);
    }

    boolean postgresFails() {
        return on && scheduler.chance(postgresFails);
    }

    boolean postgresReplyLost() {
        return on && scheduler.chance(postgresReplyLost);
    }

    boolean postgresLate() {
        return on && scheduler.chance(postgresLate);
    }

    boolean redisAway() {
        return scheduler.now() < redisAwayUntil;
    }

    boolean postgresAway() {
        return scheduler.now() < postgresAwayUntil;
    }

    void redisAwayFor(long micros) {
        redisAwayUntil = scheduler.now() + micros;
    }

    void postgresAwayFor(long micros) {
        postgresAwayUntil = scheduler.now() + micros;
    }

    void trace(Supplier<String> line) {
        if (trace != null) {
            trace.append(String.format("%10.3f ms  %s%n", scheduler.elapsed() / 1000.0, line.get()));
        }
    }
}
