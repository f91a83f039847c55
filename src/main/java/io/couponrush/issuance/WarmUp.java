package io.couponrush.issuance;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that Redis holds a campaign before the crowd comes: some time before the start one node loads what is not
 * there, holds stock, limit and users' counts against Postgres, and writes down what it found; again every few seconds until
 * the start, since Redis may lose it. Whoever issues here also knows the campaign then.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int AT_A_TIME = 50;
    private static final int LOOKS_FOR_COUNTS = 20;
    private static final long LOOK_MS = 100;

    private final Book book;
    private final LongFunction<Future<Held>> redis;
    private final LongFunction<Future<Void>> load;
    private final LongFunction<Future<?>> know;
    private final Timers timers;
    private final Duration ahead;
    private final Counted counted;

    /** What Postgres says about campaigns that have not started, and is told. */
    interface Book {
        /** Campaigns that start within that time, are not looked at by others, and were not looked at just now. */
        Future<List<Long>> take(Duration ahead, int limit);

        /** Campaigns that start in a few seconds. */
        Future<List<Long>> starting();

        Future<Owed> owed(long eventId);

        Future<Void> report(long eventId, Report report);
    }

    /** What Redis has to hold. */
    record Owed(long epoch, long free, int maxPerUser, long users, long units) {}

    /**
     * What Redis holds.
     *
     * @param epoch 0: nothing
     * @param users -1, like units: too many to be counted
     */
    record Held(long epoch, long stock, int maxPerUser, boolean countsReady, long leases, long users, long units) {
        static final Held NOTHING = new Held(0, 0, 0, false, 0, 0, 0);

        /** What is not as it has to be, or nothing. Who comes too early may hold a lease for a moment. */
        String differenceFrom(Owed owed) {
            if (epoch != owed.epoch) {
                return epoch == 0 ? "not loaded" : "epoch " + epoch + " instead of " + owed.epoch;
            }
            if (stock + leases != owed.free) {
                return "stock " + (stock + leases) + " instead of " + owed.free;
            }
            if (maxPerUser != owed.maxPerUser) {
                return "limit " + maxPerUser + " instead of " + owed.maxPerUser;
            }
            if (!countsReady) {
                return "counts of users not loaded";
            }
            boolean counted = leases == 0 && users >= 0;
            return counted && (users != owed.users || units != owed.units)
                    ? units + " units of " + users + " users instead of " + owed.units + " of " + owed.users
                    : "";
        }
    }

    /** How a look ended. */
    enum Outcome {
        /** All was there. */
        READY,
        /** It was not there, and is now. */
        LOADED,
        /** It was there and wrong, and is right now. */
        REPAIRED,
        /** It could not be made right, or nobody could look. */
        FAILED
    }

    record Report(Outcome outcome, long epoch, Held held, String detail) {}

    /** Told of every look. */
    @FunctionalInterface
    interface Counted {
        void outcome(Outcome outcome);
    }

    /**
     * Makes it; nothing happens by itself.
     *
     * @param load loads a campaign into Redis in a new epoch
     * @param know has the node read a campaign that it does not know
     * @param ahead how long before a start
     */
    WarmUp(
            Book book,
            LongFunction<Future<Held>> redis,
            LongFunction<Future<Void>> load,
            LongFunction<Future<?>> know,
            Timers timers,
            Duration ahead,
            Counted counted) {
        this.book = book;
        this.redis = redis;
        this.load = load;
        this.know = know;
        this.timers = timers;
        this.ahead = ahead;
        this.counted = counted;
    }

    /** One round. Fails only when the campaigns cannot be listed. */
    Future<Void> round() {
        return book.take(ahead, AT_A_TIME)
                .compose(taken -> inTurn(taken, this::warm))
                .compose(v -> book.starting())
                .compose(starting -> inTurn(starting, know));
    }

    private Future<Void> warm(long eventId) {
        return look(eventId)
                .otherwise(e -> new Report(Outcome.FAILED, 0, Held.NOTHING, e.toString()))
                .compose(report -> {
                    tell(eventId, report);
                    return book.report(eventId, report);
                });
    }

    private Future<Report> look(long eventId) {
        return compare(eventId).compose(first -> {
            if (first.outcome == Outcome.READY) {
                return Future.succeededFuture(first);
            }
            boolean wrong = first.held.epoch() == first.epoch;
            return load.apply(eventId)
                    .compose(v -> compareLoaded(eventId, LOOKS_FOR_COUNTS))
                    .map(second -> second.outcome == Outcome.FAILED
                            ? second
                            : new Report(
                                    wrong ? Outcome.REPAIRED : Outcome.LOADED,
                                    second.epoch,
                                    second.held,
                                    first.detail));
        });
    }

    private Future<Report> compareLoaded(long eventId, int looks) {
        return compare(eventId).compose(report -> {
            boolean wait = !report.held.countsReady() && looks > 1;
            return wait ? later().compose(v -> compareLoaded(eventId, looks - 1)) : Future.succeededFuture(report);
        });
    }

    /** Both can only differ when something is wrong: nothing is issued yet, and what the staff changes changes the epoch. */
    private Future<Report> compare(long eventId) {
        return book.owed(eventId).compose(owed -> redis.apply(eventId).map(held -> {
            String difference = held.differenceFrom(owed);
            return new Report(difference.isEmpty() ? Outcome.READY : Outcome.FAILED, owed.epoch, held, difference);
        }));
    }

    private Future<Void> later() {
        Promise<Void> waited = Promise.promise();
        timers.after(LOOK_MS, waited::complete);
        return waited.future();
    }

    private void tell(long eventId, Report report) {
        counted.outcome(report.outcome);
        var line = report.outcome == Outcome.READY
                ? LOG.atDebug()
                : report.outcome == Outcome.LOADED ? LOG.atInfo() : LOG.atError();
        line.addKeyValue("eventId", eventId)
                .addKeyValue("outcome", report.outcome)
                .log("looked at Redis before the start: {}", report.detail);
    }

    private static Future<Void> inTurn(List<Long> events, LongFunction<? extends Future<?>> step) {
        Future<Void> round = Future.succeededFuture();
        for (long eventId : events) {
            Future<Void> before = round;
            round = before.compose(v -> step.apply(eventId).<Void>mapEmpty()).otherwise(e -> {
                LOG.atDebug().addKeyValue("eventId", eventId).log("not warmed: {}", e.toString());
                return null;
            });
        }
        return round;
    }
}
