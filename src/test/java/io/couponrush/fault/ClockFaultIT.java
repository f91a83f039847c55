package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.fault.Fleet.Node;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.FalseClock;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node whose wall clock is wrong: the window is Postgres', the reservations' time is Redis'. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class ClockFaultIT {
    @AfterEach
    void theClockIsRight(Fleet fleet) {
        fleet.b().process().isKilled();
        fleet.b().process().forgets(FalseClock.SETTINGS);
        fleet.b().process().start();
    }

    @ParameterizedTest
    @ValueSource(longs = {5, -5, -120})
    void oneOfTwoNodesHasTheWrongTime(long minutes, Fleet fleet) {
        var clock = FalseClock.by(Duration.ofMinutes(minutes));
        assumeTrue(clock.isPresent(), "libfaketime is not installed (apt-get install faketime)");
        var early = fleet.callers(40);
        fleet.b().process().isKilled();
        fleet.b().process().isTold(clock.get());
        fleet.b().process().start();
        assertThat(minutesBetweenTheClocks(fleet))
                .as("minutes by which it is wrong")
                .isEqualTo(minutes);

        var trial = Trial.of(fleet, "clock wrong by " + minutes + " min", 15, 5)
                .injects("1 of 2, by libfaketime; a sale opens in 3 s");
        long later = fleet.staff().opens(Sale.of(40).startingIn(Duration.ofSeconds(3)));
        var atB = early.at(fleet.b().process());
        Answers tooEarly = atB.allClaimWithKeys(later, 1);
        Answers answers = tooEarly.and(whenItOpens(atB, later));
        long voided = Counters.of(fleet.b().process()).get("reservations_voided");
        fleet.a().postgres().stall(); // its reservations live for 4 s
        Trial.pause(1_200);
        assertThat(Counters.of(fleet.b().process()).get("reservations_voided"))
                .as("swept before their time")
                .isEqualTo(voided);
        trial.isOver();
        fleet.a().postgres().pass();
        trial.ends();

        assertThat(tooEarly.tally()).containsOnlyKeys("EVENT_NOT_STARTED");
        assertThat(answers.issued()).isNotEmpty();
        var book = fleet.books().of(later);
        assertThat(book.mistakes()).as("I14 above all").isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
    }

    /** Claims until the sale opens: nobody is told anything else than that it has not, or given a coupon. */
    private static Answers whenItOpens(Callers callers, long sale) {
        Answers answers = callers.allClaimWithKeys(sale, 1);
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (answers.issued().isEmpty() && System.nanoTime() - patience < 0) {
            Trial.pause(50);
            answers = answers.and(callers.allClaimWithKeys(sale, 1));
        }
        return answers;
    }

    private static long minutesBetweenTheClocks(Fleet fleet) {
        double sinceItsStart = fleet.b().process().age().toMillis() / 1_000.0;
        return Math.round((startTime(fleet.b()) + sinceItsStart - System.currentTimeMillis() / 1_000.0) / 60);
    }

    private static double startTime(Node node) {
        return Web.anybody(node.process())
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("process_start_time_seconds"))
                .mapToDouble(line -> Double.parseDouble(line.split(" ", 2)[1]))
                .findFirst()
                .orElseThrow();
    }
}
