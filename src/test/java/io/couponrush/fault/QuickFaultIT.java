package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Web;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The faults that break most of what can break, in seconds: part of every build. */
@Tag("fault")
@Tag("quick")
@ExtendWith(OneFleet.class)
class QuickFaultIT {
    @Test
    void oneOfTwoNodesIsKilledAndStartedAgain(Fleet fleet) {
        var trial = Trial.of(fleet, "node killed", 4, 5).injects("kill -9 of 1 of 2, restart");
        fleet.b().postgres().swallow(); // so that it holds reservations which nobody will ever commit
        Trial.pause(200);
        fleet.b().process().isKilled();
        fleet.b().postgres().pass();
        long left = fleet.books().shelf(trial.sale()).leases();
        trial.isOver();
        fleet.b().process().start();
        var outcome = trial.ends();
        assertThat(outcome.unanswered()).as("clients of the dead node").isPositive();
        assertThat(left).as("reservations of the dead node").isGreaterThan(10);
    }

    @Test
    void redisIsSuspendedAndPostgresDecidesAlone(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis suspended", 5, 10).injects("SIGSTOP 2.5 s");
        fleet.redis().isSuspended();
        Trial.pause(2_500);
        trial.isOver();
        fleet.redis().isResumed();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        assertThat(outcome.counters().get("rebuilds")).isBetween(1L, 4L);
        assertThat(outcome.counters().get("reconnects redis")).isPositive();
    }

    @Test
    void aNodeSaysWhichServerIsAwayAndWhetherItWorksWithoutIt(Fleet fleet) {
        var node = fleet.a();
        node.redis().cut();
        readiness(node, 200, "{\"name\":\"redis\",\"status\":\"DOWN\"}");
        node.postgres().cut();
        readiness(node, 503, "{\"name\":\"postgres\",\"status\":\"DOWN\"");
        node.redis().pass();
        readiness(node, 503, "{\"name\":\"redis\",\"status\":\"UP\"}");
        node.postgres().pass();
        readiness(node, 200, "{\"name\":\"postgres\",\"status\":\"UP\"}");
    }

    private static void readiness(Fleet.Node node, int status, String check) {
        await().atMost(10, TimeUnit.SECONDS).untilAsserted(() -> {
            Web.Reply answer = Web.anybody(node.process()).get("/health/ready");
            assertThat(answer.text()).contains(check);
            assertThat(answer.status()).isEqualTo(status);
        });
    }

    @Test
    void postgresDoesItsWorkAndItsRepliesAreLost(Fleet fleet) {
        var trial = Trial.of(fleet, "Postgres replies lost", 4, 5).injects("400 ms, then cut; 3 times");
        Set<Long> unheard = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            fleet.nodes().forEach(node -> node.postgres().loseReplies());
            Trial.pause(400);
            unheard.addAll(trial.unheard());
            fleet.nodes().forEach(node -> {
                node.postgres().pass();
                node.postgres().drop();
            });
            Trial.pause(300);
        }
        trial.isOver();
        var outcome = trial.ends(); // everybody was told of a coupon in the end, or there would be rows of nobody
        long found = outcome.counters().get("reservations_found");
        assertThat(unheard).as("coupons whose commit nobody heard of").isNotEmpty();
        assertThat(found + outcome.counters().get("claims replayed"))
                .as("coupons that were there when somebody asked again")
                .isGreaterThanOrEqualTo(unheard.size());
        if (outcome.deferred() == 0) { // else some were found by their clients
            assertThat(found).isEqualTo(unheard.size());
        }
        assertThat(fleet.a().postgres().lost() + fleet.b().postgres().lost()).isPositive();
    }
}
