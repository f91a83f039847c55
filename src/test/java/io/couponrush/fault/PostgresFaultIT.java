package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(outcome.rush().all()).filteredOn(a -> a.status() == 503).allMatch(a -> a.headers()
                .contains("Retry-After"));
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
