package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Postgres that crashes, and lines to it that lose what goes one way, the other way, or both. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class PostgresFaultIT {
    @Test
    void postgresCrashesAndStartsAgain(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres crashed", 15, 5).injects("kill -9 of all of it, restart; 3 times");
        for (int crash = 0; crash < 3; crash++) {
            fleet.postgres().dies();
            trial.isOver();
            fleet.startPostgres();
            Trial.pause(500);
        }
        var outcome = trial.ends();
        assertThat(outcome.counters().get("batches_undecided slow")).isPositive();
    }

    @Test
    void postgresIsAwayForLong(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres away", 11, 5).injects("killed, started 10 s later");
        fleet.postgres().dies();
        Trial.pause(10_000);
        trial.isOver();
        fleet.startPostgres();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("batches_undecided slow")).isPositive();
        assertThat(outcome.deferred()).isPositive();
        outcome.deferredInTime();
    }

    @Test
    void statementsAreLostOnTheirWayToPostgres(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres requests lost", 4, 5).injects("300 ms, then cut; 3 times");
        for (int i = 0; i < 3; i++) {
            fleet.nodes().forEach(node -> node.postgres().swallow());
            Trial.pause(300);
            fleet.nodes().forEach(node -> {
                node.postgres().pass();
                node.postgres().drop();
            });
            Trial.pause(300);
        }
        trial.isOver();
        var outcome = trial.ends();
        assertThat(fleet.nodes()).allMatch(node -> node.postgres().lost() > 0);
        assertThat(outcome.counters().get("batches_undecided fast")
                        + outcome.counters().get("batches_undecided slow"))
                .isPositive();
        assertThat(outcome.counters().get("reconnects postgres")).isPositive();
    }

    /** A partition that nobody ends with a FIN: what has lost something stays silent until the node itself gives it up. */
    @Test
    void linesToPostgresStaySilent(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres lines silent", 8, 5)
                .injects("all is lost for 6 s, then on those lines for good");
        fleet.nodes().forEach(node -> node.postgres().swallow());
        Trial.pause(6_000);
        trial.isOver();
        fleet.nodes().forEach(node -> node.postgres().pass());
        var outcome = trial.ends();
        assertThat(outcome.counters().get("batches_undecided slow")).isPositive();
        assertThat(outcome.counters().get("reconnects postgres")).isPositive();
    }

    @Test
    void statementsArriveAtPostgresLate(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres late", 6, 5).injects("blackhole 3.4 s, then all of it arrives");
        fleet.nodes().forEach(node -> node.postgres().stall());
        Trial.pause(3_400);
        trial.isOver();
        fleet.nodes().forEach(node -> node.postgres().pass());
        var outcome = trial.ends();
        assertThat(outcome.deferred()).isPositive();
        outcome.deferredInTime();
        assertThat(outcome.counters().get("claims replayed")).isPositive(); // came after the client was sent away
    }

    @Test
    void postgresIsSlow(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres slow", 5, 5).injects("200 ms a chunk, 3 s");
        fleet.nodes().forEach(node -> node.postgres().slow(200));
        Trial.pause(3_000);
        trial.isOver();
        fleet.nodes().forEach(node -> node.postgres().pass());
        assertThat(trial.ends().slowerThan(400)).isGreaterThan(100);
    }

    @Test
    void theRowOfTheCampaignIsLocked(Fleet fleet) {
        var trial = Trial.of(fleet, "row locked", 6, 5).injects("by another session for 3.5 s");
        fleet.books().lock(trial.sale(), 3_500);
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("batches_undecided slow")).isPositive();
        assertThat(outcome.deferred()).isPositive();
        outcome.deferredInTime();
    }

    /** R10: a row that Postgres takes from nobody fails alone, whatever was in the batch with it. */
    @Test
    void aClaimIsPoisonToItsBatch(Fleet fleet) {
        var trial = Trial.of(fleet, "claim poisoned", 6, 5).injects("a check that the rows of one user fail");
        var poison = fleet.callers(1).at(fleet.b().process());
        long user = poison.one().userId();
        fleet.books()
                .begin("alter table user_coupons add constraint poison check (user_id <> " + user + ") not valid")
                .commit();
        fleet.b().postgres().slow(20); // so that it has neighbours
        Trial.pause(300);
        int before = trial.atB().issued().size();
        Answers refused = poison.press(poison.presses(trial.sale(), 1));
        int meanwhile = trial.atB().issued().size() - before;
        fleet.b().postgres().pass();
        fleet.books().begin("alter table user_coupons drop constraint poison").commit();
        trial.isOver();
        trial.hears(refused);
        trial.ends(); // asks again for it, too
        assertThat(refused.deferred()).hasSize(1);
        assertThat(meanwhile).as("coupons of its neighbours").isGreaterThan(100);
        assertThat(fleet.b().process().log()).contains("claim refused by the database");
        assertThat(fleet.postgres().saidInItsLog("\"poison\""))
                .as("it fails twice alone; more was tried with neighbours")
                .isGreaterThan(2);
    }

    @Test
    void postgresEndsEverySession(Fleet fleet) {
        var trial = Trial.of(fleet, "sessions terminated", 4, 5).injects("pg_terminate_backend of all; 5 times");
        long ended = 0;
        for (int i = 0; i < 5; i++) {
            ended += fleet.books().cutsConnections();
            Trial.pause(200);
        }
        trial.isOver();
        var outcome = trial.ends();
        assertThat(ended).isGreaterThanOrEqualTo(10);
        assertThat(outcome.counters().get("reconnects postgres")).isPositive();
    }
}
