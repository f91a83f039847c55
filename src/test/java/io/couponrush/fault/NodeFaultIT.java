package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Crowd;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.ServiceProcess;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nodes that die, stand still, and stop. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class NodeFaultIT {
    /** Of the 4 s that a reservation lasts. */
    private static final Duration SOONER_THAN_SWEPT = Duration.ofSeconds(3);

    @Test
    void nodesAreKilledInTurns(Fleet fleet) {
        var trial = Trial.of(fleet, "nodes killed in turns", 25, 5).injects("kill -9, restart; 4 times");
        for (int kill = 0; kill < 4; kill++) {
            ServiceProcess node = fleet.nodes().get(kill % 2).process();
            node.isKilled();
            trial.isOver();
            node.start();
            Trial.pause(200);
        }
        assertThat(trial.ends().unanswered()).isPositive();
    }

    @Test
    void allNodesAreKilled(Fleet fleet) {
        var trial = Trial.of(fleet, "all nodes killed", 15, 10).injects("kill -9 of 2 of 2, restart");
        fleet.nodes().forEach(node -> node.process().isKilled());
        trial.isOver(); // one starts after the other
        fleet.nodes().forEach(node -> node.process().start());
        assertThat(trial.ends().unanswered()).isPositive();
    }

    @Test
    void aNodeStandsStillForThreeSeconds(Fleet fleet) {
        var trial = Trial.of(fleet, "node stands still", 5, 5).injects("SIGSTOP 3 s: its deadline passes");
        fleet.b().process().isSuspended();
        Trial.pause(3_000);
        trial.isOver();
        fleet.b().process().isResumed();
        var outcome = trial.ends();
        long late = outcome.rush().all().stream()
                .filter(a -> a.ended() - a.started() > 1_500_000_000L)
                .count();
        assertThat(late).as("answers that took longer than 1.5 s").isPositive();
    }

    @Test
    void aNodeIsSuspendedForLongerThanItsReservationsLast(Fleet fleet) {
        var trial = Trial.of(fleet, "node suspended", 9, 10).injects("SIGSTOP 6.5 s, lease time 4 s, late statement");
        fleet.b().postgres().stall(); // what it sent last arrives when its reservations are void
        Trial.pause(150);
        fleet.b().process().isSuspended();
        Trial.pause(6_500);
        fleet.b().postgres().pass();
        Trial.pause(200);
        trial.isOver();
        fleet.b().process().isResumed();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("reservations_voided")).isPositive();
    }

    @Test
    void aNodeIsAskedToStop(Fleet fleet) {
        var trial = Trial.of(fleet, "node stopped", 15, 5).injects("SIGTERM of 1 of 2, restart");
        assertThat(fleet.b().process().isStopped()).isZero();
        Set<String> open = fleet.books().reservations(trial.sale());
        var until = trial.atB();
        await("what it had reserved is settled")
                .atMost(SOONER_THAN_SWEPT)
                .until(() -> fleet.books().reservations(trial.sale()).stream().noneMatch(open::contains));
        trial.isOver();
        fleet.b().process().start();
        var outcome = trial.ends();
        assertThat(until.all()).filteredOn(a -> a.status() == 0).allSatisfy(a -> assertThat(a.body())
                .as("never accepted, or closed while it was idle")
                .containsPattern("refused|closed|reset"));
        assertThat(outcome.rush().all()).noneMatch(a -> a.status() >= 500 && a.status() != 503);
        assertThat(outcome.unanswered() + outcome.deferred()).isPositive();
        assertThat(outcome.counters().get("reservations_voided"))
                .as("reservations that it left to others")
                .isZero();
        assertThat(fleet.books().shelf(trial.sale()).leases()).isZero();
    }

    @Test
    void aNodeDiesBetweenTheLastCommitAndItsSettle(Fleet fleet) {
        var trial =
                Trial.of(fleet, "died after the last commit", 8, 5).injects("last coupon, COMMIT, kill -9; restart");
        var last = LastCoupon.of(fleet);
        fleet.b().process().isKilled();
        Answers answers = last.isUnheard();

        var others = fleet.callers(100);
        Answers refused = others.insist(others.allClaimWithKeys(last.sale(), 1), 20);
        assertThat(refused.open()).as("503 for ever").isEmpty();
        assertThat(refused.tally()).containsKey("UNAVAILABLE").containsEntry("COUPON_SOLD_OUT", 100L);
        trial.isOver();
        fleet.b().process().start();
        var end = Reckoning.of(fleet, last.sale(), last.callers(), answers.and(refused));
        end.holds(fleet);
        trial.ends();
    }

    @Test
    void allNodesDieBetweenTheLastCommitAndItsSettle(Fleet fleet) {
        var last = LastCoupon.of(fleet);
        var others = fleet.callers(50);
        fleet.nodes().forEach(node -> node.process().isKilled());
        Answers answers = last.isUnheard();
        fleet.nodes().forEach(node -> node.process().start());

        Answers refused = others.insist(others.allClaim(last.sale()), 20);
        assertThat(refused.tally()).containsEntry("COUPON_SOLD_OUT", 50L);
        var end = Reckoning.of(fleet, last.sale(), last.callers(), answers.and(refused));
        FaultTable.add(FaultTable.Row.of(
                "all died after the last commit", "last coupon, COMMIT, kill -9 of 2 of 2; restart", end, 0, 0, ""));
        end.holds(fleet);
    }

    /** A sale whose last coupon the second node has committed without hearing of it. */
    private record LastCoupon(Fleet fleet, long sale, Callers callers, Crowd press, Answers earlier) {
        static LastCoupon of(Fleet fleet) {
            long sale = fleet.staff().opens(Sale.of(21));
            var callers = fleet.callers(21);
            var presses = callers.at(fleet.b().process()).presses(sale, 1);
            var earlier = new Answers(List.of());
            for (Press press :
                    presses.subList(0, 20)) { // one by one: it knows the sale, every connection its statements
                earlier = earlier.and(callers.at(fleet.b().process()).press(List.of(press)));
            }
            assertThat(earlier.issued()).hasSize(20);
            fleet.b().postgres().loseReplies();
            var press = callers.at(fleet.b().process()).start(presses.subList(20, 21));
            await().until(() -> fleet.books().left(sale) == 0);
            return new LastCoupon(fleet, sale, callers, press, earlier);
        }

        /** All answers so far: nobody has heard of it, Redis neither. */
        Answers isUnheard() {
            fleet.b().postgres().pass();
            Answers last = press.answers();
            assertThat(last.all()).noneMatch(Answer::isFinal);
            assertThat(fleet.books().shelf(sale).soldOut()).isZero();
            assertThat(fleet.books().shelf(sale).leases()).isEqualTo(1);
            return earlier.and(last);
        }
    }
}
