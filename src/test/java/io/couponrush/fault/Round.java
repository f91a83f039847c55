package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.fault.Mishap.Scene;
import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Callers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One sale of a long run: mishaps at random, one after the other, each when the last one is forgotten. */
final class Round {
    private static final List<Mishap> MISHAPS = List.of(Mishap.values());
    private static final int USERS = 48_000;
    private static final int PER_SECOND = 700;
    private static final long LEAST_PATIENCE_S = 12;
    private static final long MOST_PATIENCE_S =
            MISHAPS.stream().mapToLong(Round::patienceSeconds).max().orElseThrow();
    private static final long GLANCE_MS = 250;
    private static final long LOOK_MS = 1_000;
    private static final long WARM_UP_S = 3;
    private static final long COMPILERS_TAKE_S = 60;
    private static final long CALM = TimeUnit.SECONDS.toNanos(1);
    private static final long NOTICED_WITHIN_S = 5;
    private static final String WRONG_COUNT =
            "select count(*) from coupon_events e where e.issued_count > e.total_count"
                    + " or e.issued_count <> (select count(*) from user_coupons c where c.event_id = e.id) and e.id = ";

    private final Fleet fleet;
    private final Random random;
    private final long sale;
    private final Callers callers;
    private final Gauges gauges;
    private final Load load;
    private Pace best = new Pace(Long.MAX_VALUE, PER_SECOND / 4);
    private final List<Hit> hits = new ArrayList<>();

    /**
     * A mishap and what came of it.
     *
     * @param recovery seconds; infinite when it was not forgotten in time
     */
    record Hit(Mishap what, long began, double recovery, long noticed) {}

    /**
     * All that came of it.
     *
     * @param claims of each mishap: those that first came before the next one, and how many of them got a coupon
     */
    record Result(List<Hit> hits, Map<Hit, int[]> claims, FaultTable.Row end) {}

    private Round(Fleet fleet, Random random) {
        this.fleet = fleet;
        this.random = random;
        sale = fleet.staff().opens(Reckoning.sale(USERS));
        callers = fleet.callers(USERS);
        gauges = new Gauges(fleet);
        load = Load.start(fleet, sale, callers, PER_SECOND);
        Trial.pause(TimeUnit.SECONDS.toMillis(WARM_UP_S));
    }

    /** A sale without mishaps: until their compilers are done, processes are slow for another reason. */
    static void warmUp(Fleet fleet) {
        var round = new Round(fleet, new Random());
        Trial.pause(TimeUnit.SECONDS.toMillis(COMPILERS_TAKE_S));
        assertThat(round.load.ends().issued()).isNotEmpty();
        round.gauges.close();
    }

    /** Opens a sale, lets the mishaps come while users press, and checks everything at the end. */
    static Result of(Fleet fleet, Random random) {
        return new Round(fleet, random).run();
    }

    private Result run() {
        while (load.secondsLeft() > MOST_PATIENCE_S) {
            Mishap next = MISHAPS.get(random.nextInt(MISHAPS.size()));
            hits.add(hit(next));
            assertThat(fleet.books().count(WRONG_COUNT + sale)).as("I1, I2").isZero();
        }
        var answers = load.ends();
        var end = Reckoning.of(fleet, sale, callers, answers);
        gauges.close();
        end.holds(fleet);
        assertThat(load.missing()).isEmpty();
        assertThat(gauges.beyond()).isEmpty();
        gauges.untilAtRest();
        return new Result(List.copyOf(hits), claims(end), FaultTable.Row.of("sale " + sale, "", end, 0, 0, ""));
    }

    private Hit hit(Mishap what) {
        List<Answer> before = calm();
        List<Counters> counted = counters();
        Scene scene = what.happensTo(fleet, sale, random);
        double recovery = recovery(what, scene);
        long noticed = noticed(what, scene, counted, before);
        var hit = new Hit(what, scene.began(), recovery, noticed);
        System.out.printf("%s: well after %.1f s; %s %d%n", what.title, recovery, what.noticedBy.words(), noticed);
        return hit;
    }

    private List<Counters> counters() {
        return fleet.nodes().stream().map(node -> Counters.of(node.process())).toList();
    }

    /**
     * The answers of the last second, once that was in pace: what happens next is held against it. What is best so far is
     * the pace, so a mishap that is still felt excuses no other.
     */
    private List<Answer> calm() {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEAST_PATIENCE_S);
        long now = System.nanoTime();
        List<Answer> last = load.since(now - CALM);
        while (best.recovery(last, now - CALM, now).isEmpty() && now - patience < 0) {
            Trial.pause(GLANCE_MS);
            now = System.nanoTime();
            last = load.since(now - CALM);
        }
        Pace pace = Pace.of(last, now - CALM, now, PER_SECOND / 4);
        boolean known = last.stream().anyMatch(Answer::issued);
        if (known && pace.limit() < best.limit()) best = pace;
        return last;
    }

    /** Some signs come a moment after it is well again. */
    private long noticed(Mishap what, Scene scene, List<Counters> counted, List<Answer> before) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(NOTICED_WITHIN_S);
        long noticed = seen(what, scene, counted, before);
        while (noticed == 0 && System.nanoTime() - patience < 0) {
            Trial.pause(GLANCE_MS);
            noticed = seen(what, scene, counted, before);
        }
        return noticed;
    }

    private long seen(Mishap what, Scene scene, List<Counters> counted, List<Answer> before) {
        List<Counters> now = counters();
        var grown = now.get(0).since(counted.get(0)).and(now.get(1).since(counted.get(1)));
        return what.noticedBy.seen(grown, before, load.since(scene.began()));
    }

    private double recovery(Mishap what, Scene scene) {
        long patience = scene.endedAt() + TimeUnit.SECONDS.toNanos(patienceSeconds(what));
        OptionalDouble seconds = OptionalDouble.empty();
        while (seconds.isEmpty() && System.nanoTime() - patience < 0 && !load.hasEnded()) {
            Trial.pause(LOOK_MS);
            seconds = best.recovery(load.since(scene.endedAt()), scene.endedAt(), System.nanoTime());
        }
        return seconds.orElse(Double.POSITIVE_INFINITY);
    }

    /** As long as it may take, so that no answer is given before the time is up. */
    private static long patienceSeconds(Mishap what) {
        return Math.max(LEAST_PATIENCE_S, (long) (what.mayTake * Trial.SLACK));
    }

    /** Claims, and those that were acknowledged, that first came between this mishap and the next. */
    private Map<Hit, int[]> claims(Reckoning end) {
        Map<Press, Long> first = new HashMap<>();
        Map<Press, Boolean> issued = new HashMap<>();
        for (Answer answer : end.all().all()) {
            first.merge(answer.press(), answer.started(), (a, b) -> a - b < 0 ? a : b);
            issued.merge(answer.press(), answer.issued(), Boolean::logicalOr);
        }
        Map<Hit, int[]> claims = new HashMap<>();
        hits.forEach(hit -> claims.put(hit, new int[2]));
        first.forEach((press, at) -> {
            int[] counts = claims.get(lastBefore(at));
            counts[0]++;
            if (issued.getOrDefault(press, false)) counts[1]++;
        });
        return claims;
    }

    private Hit lastBefore(long at) {
        Hit last = hits.get(0);
        for (Hit hit : hits) if (hit.began() - at <= 0) last = hit;
        return last;
    }
}
