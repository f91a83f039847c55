package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Callers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One fault under load: users with keys press the button at both nodes at a steady rate, three times each where two are
 * allowed; something breaks; they press on until the pace is what it was. Whoever has no last word asks again with the
 * same key, at the other node too. Then nothing may be stranded, the rest is sold to new users, and the books must agree
 * with every answer ever given.
 */
final class Trial {
    private static final int PER_SECOND = 400;
    private static final int BASELINE_MS = 1_200;

    /** A machine that runs other things beside the tests may take so much longer. */
    static final int SLACK = 3;

    /** Before it is broken, and after the last moment at which it may be well again. */
    private static final int AROUND_S = 4;

    /** Of pressing after the fault, however soon it should be over. */
    private static final int LEAST_S = 9;

    /** A claim's deadline, what its reply may take, and a busy machine. */
    private static final long DEFERRED_WITHIN_MS = 3_000 + 500 + 1_500;

    private final Fleet fleet;
    private final String fault;
    private final long sale;
    private final Callers callers;
    private final Gauges gauges;
    private final List<Counters> before;
    private final Load load;
    private final long began;
    private final double mayTake;
    private Answers asked = new Answers(List.of());
    private String injected = "";
    private long broken;
    private long over;

    /**
     * How it ended.
     *
     * @param rush the answers to the load, before anybody asked again
     * @param recovery seconds
     */
    record Outcome(Answers rush, Counters counters, Book book, double recovery) {
        long slowerThan(long millis) {
            return rush.issued().stream()
                    .filter(a -> a.ended() - a.started() > TimeUnit.MILLISECONDS.toNanos(millis))
                    .count();
        }

        long unanswered() {
            return rush.all().stream().filter(a -> a.status() == 0).count();
        }

        long deferred() {
            return rush.deferred().size();
        }

        /** Whoever had to be told to come back was told within its time limit. */
        void deferredInTime() {
            assertThat(deferrals99(rush)).as("ms of 99 of 100 503s").isLessThanOrEqualTo(DEFERRED_WITHIN_MS);
        }
    }

    private Trial(Fleet fleet, String fault, int seconds, int mayTake) {
        this.fleet = fleet;
        this.fault = fault;
        this.mayTake = mayTake;
        int pressing = seconds + Math.max(LEAST_S, mayTake * SLACK + AROUND_S); // or a late recovery goes unseen
        int users = pressing * PER_SECOND / Load.PRESSES;
        sale = fleet.staff().opens(Reckoning.sale(users));
        callers = fleet.callers(users);
        before = fleet.nodes().stream().map(n -> Counters.of(n.process())).toList();
        gauges = new Gauges(fleet);
        load = Load.start(fleet, sale, callers, PER_SECOND);
        began = System.nanoTime();
        pause(BASELINE_MS);
    }

    /**
     * Opens a sale and lets users press: while it is broken, and until the pace is what it was.
     *
     * @param seconds until it is over, what takes time on a busy machine with room to spare
     * @param mayTake seconds it should take at most to be well when it is over, on a machine that does nothing else
     */
    static Trial of(Fleet fleet, String fault, int seconds, int mayTake) {
        return new Trial(fleet, fault, seconds, mayTake);
    }

    long sale() {
        return sale;
    }

    Callers callers() {
        return callers;
    }

    /** From here on it is broken; what is injected, for the table. */
    Trial injects(String what) {
        injected = what;
        broken = System.nanoTime();
        return this;
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ids of coupons that are in the books and that nobody has been told of yet. */
    Set<Long> unheard() {
        Set<Long> ids = fleet.books().of(sale).rows().stream()
                .map(Book.Row::couponId)
                .collect(Collectors.toCollection(HashSet::new));
        load.soFar().issued().forEach(answer -> ids.remove(answer.couponId()));
        return ids;
    }

    int issuedSoFar() {
        return load.issuedSoFar();
    }

    /** The answers of the second node so far. */
    Answers atB() {
        return load.soFarAtB();
    }

    /** From here on nothing keeps it from being well. */
    void isOver() {
        over = System.nanoTime();
    }

    /** Answers to what a test pressed itself. */
    void hears(Answers others) {
        asked = asked.and(others);
    }

    /** Waits until the pace is what it was, and checks everything. */
    Outcome ends() {
        double recovery = recovery();
        double watched = (System.nanoTime() - over) / 1e9;
        Answers rush = load.ends();
        var reckoning = Reckoning.of(fleet, sale, callers, rush.and(asked));
        gauges.close();
        var counters = Counters.of(fleet.a().process())
                .since(before.get(0))
                .and(Counters.of(fleet.b().process()).since(before.get(1)));
        String noticed = counters + " 503_p99_ms=" + deferrals99(rush);
        FaultTable.add(FaultTable.Row.of(fault, injected, reckoning, recovery, mayTake, noticed));
        reckoning.holds(fleet);
        assertThat(rush.deferred()).as("when to come back").allMatch(a -> a.headers()
                .contains("Retry-After"));
        if (counters.get("rebuilds") == 0 && counters.get("claims_direct") == 0) {
            assertThat(counters.get("reservations_refused"))
                    .as("I9: Redis lost nothing and admitted too many")
                    .isZero();
        }
        var others = new ArrayList<>(load.missing());
        others.addAll(gauges.beyond());
        assertThat(others).isEmpty();
        assertThat(load.readBack()).as("coupons looked for at the other node").isPositive();
        gauges.untilAtRest();
        assertThat(recovery)
                .as("seconds to recover; users pressed for %.1f s", watched)
                .isLessThanOrEqualTo(mayTake * SLACK);
        return new Outcome(rush, counters, reckoning.book(), recovery);
    }

    private static long deferrals99(Answers answers) {
        long[] millis = answers.deferred().stream()
                .mapToLong(a -> TimeUnit.NANOSECONDS.toMillis(a.ended() - a.started()))
                .sorted()
                .toArray();
        return millis.length == 0 ? 0 : millis[(millis.length - 1) * 99 / 100];
    }

    /** I20. While it lasts users go on pressing. */
    private double recovery() {
        OptionalDouble seconds = OptionalDouble.empty();
        while (seconds.isEmpty() && !load.hasEnded()) {
            pause(200);
            List<Answer> all = load.soFar().all();
            seconds = Pace.of(all, began, broken, PER_SECOND / 4).recovery(all, over, System.nanoTime());
        }
        return seconds.orElse(Double.POSITIVE_INFINITY);
    }
}
