package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.issuance.CouponBook.Decision;
import io.couponrush.issuance.SimulatedNode.Happening;
import io.couponrush.issuance.Simulation.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/**
 * The claim protocol under thousands of mixes of faults: {@code -Dsimulation.seeds=100000} runs more of them, {@code
 * -Dsimulation.first=4711 -Dsimulation.seeds=1} one of them again.
 */
class SimulationTest {
    private static final long FIRST = Long.getLong("simulation.first", 1);
    private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
    private static final int THREADS = 2;
    private static final Set<Rule> ALL_RULES = EnumSet.noneOf(Rule.class);

    @Test
    void holdsEveryInvariantUnderFaults() throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Set<Decision> decided = EnumSet.noneOf(Decision.class);
        Set<Happening> seen = EnumSet.noneOf(Happening.class);
        try {
            var odd = threads.submit(every(THREADS, FIRST));
            var even = threads.submit(every(THREADS, FIRST + 1));
            for (Outcome outcome : List.of(odd.get(), even.get())) {
                decided.addAll(outcome.decided());
                seen.addAll(outcome.seen());
            }
        } finally {
            threads.shutdownNow();
        }
        if (SEEDS >= 1_000) { // the faults were noticed; and whoever got a unit from Redis never met an empty stock
            assertThat(decided).isEqualTo(EnumSet.complementOf(EnumSet.of(Decision.NO_EVENT, Decision.DRAW)));
            assertThat(seen).isEqualTo(EnumSet.allOf(Happening.class));
        }
    }

    private static Callable<Outcome> every(int step, long first) {
        return () -> {
            Set<Decision> decided = EnumSet.noneOf(Decision.class);
            Set<Happening> seen = EnumSet.noneOf(Happening.class);
            for (long seed = first; seed < FIRST + SEEDS; seed += step) {
                Outcome outcome = Simulation.run(seed, ALL_RULES, false);
                if (outcome.violation() != null) {
                    throw new AssertionError(Simulation.trace(seed, ALL_RULES, false));
                }
                decided.addAll(outcome.decided());
                seen.addAll(outcome.seen());
            }
            return new Outcome(null, decided, seen);
        };
    }

    @Test
    void servesEverybodyAtOnceWithoutFaults() {
        for (long seed = 1; seed <= 200; seed++) {
            Outcome outcome = Simulation.run(seed, ALL_RULES, true);
            assertThat(outcome.violation()).as("seed %d", seed).isNull();
            assertThat(outcome.seen()).as("I9, seed %d", seed).doesNotContain(Happening.REFUSED);
        }
    }

    @Test
    void runsTheSameWayTwice() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.trace(seed, ALL_RULES, false))
                    .isEqualTo(Simulation.trace(seed, ALL_RULES, false))
                    .contains("client");
        }
    }
}
