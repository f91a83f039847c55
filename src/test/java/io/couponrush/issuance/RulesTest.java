package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A test of the simulation: without a rule of the protocol, some seed breaks what the rule is for. */
class RulesTest {
    private static final long SEEDS = 50_000;

    @ParameterizedTest(name = "without {0}: {1}")
    @CsvSource({
        "R1, ACKED_LOST",
        "R2, USER_OVER",
        "R3, OVER_ADMISSION",
        "R3, REFUSED_BUT_ISSUED",
        "R4, OVER_ADMISSION",
        "R5, OVER_ADMISSION",
        "R6, REFUSED_BUT_ISSUED",
        "R7, OVER_ADMISSION",
        "R8, UNDERSELL",
        "R9, UNDERSELL",
        "R11, STUCK",
        "R12, FALSE_SOLD_OUT",
        "R13, STUCK"
    })
    void isNeeded(Rule rule, String violation) {
        assertThat(someSeedViolates(violation, EnumSet.of(rule), false)).isTrue();
    }

    @ParameterizedTest(name = "without R2 and R9: {0}")
    @CsvSource("OVERSELL")
    void sellsTooMuchWithoutTheGuardWhenAStaleCopyIsTrusted(String violation) {
        assertThat(someSeedViolates(violation, EnumSet.of(Rule.R2, Rule.R9), false))
                .isTrue();
    }

    @ParameterizedTest(name = "without R10: {0}")
    @CsvSource("DEFERRED")
    void failsTheNeighboursOfABadClaim(String violation) {
        assertThat(someSeedViolates(violation, EnumSet.of(Rule.R10), true)).isTrue();
    }

    private static boolean someSeedViolates(String kind, Set<Rule> without, boolean calm) {
        return LongStream.rangeClosed(1, SEEDS).parallel().anyMatch(seed -> Simulation.run(seed, without, calm)
                .violates(kind));
    }
}
