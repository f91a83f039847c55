package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Web;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The faults that break most of what can break, in seconds; {@link EveryFaultIT} has the others. */
class QuickFaultIT {
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        var started = Fleet.start();
        assumeTrue(started.isPresent(), "there is no redis-server on this machine");
        fleet = started.get();
    }

    @AfterAll
    static void stop() {
        if (fleet == null) return;
        fleet.close();
        FaultTable.show();
    }

    @Test
    void oneOfTwoNodesIsKilledAndStartedAgain() {
        var trial = Trial.of(fleet, "node killed", 4).injects("kill -9 of 1 of 2, restart");
        fleet.b().postgres().swallow(); // so that it holds reservations which nobody will ever commit
        Trial.pause(200);
        fleet.b().process().isKilled();
        fleet.b().postgres().pass();
        long left = fleet.books().shelf(trial.sale()).leases();
        fleet.b().process().start();
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.unanswered()).as("clients of the dead node").isPositive();
        assertThat(left).as("reservations of the dead node").isGreaterThan(10);
    }

    @Test
    void redisIsSuspendedAndPostgresDecidesAlone() {
        var trial = Trial.of(fleet, "Redis suspended", 5).injects("SIGSTOP 2.5 s");
        fleet.redis().isSuspended();
        Trial.pause(2_500);
        fleet.redis().isResumed();
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        assertThat(outcome.counters().get("rebuilds")).isBetween(1L, 4L);
        assertThat(outcome.counters().get("reconnects redis")).isPositive();
    }

    @Test
    void aNodeSaysWhichServerIsAwayAndWhetherItWorksWithoutIt() {
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
    void postgresDoesItsWorkAndItsRepliesAreLost() {
        var trial = Trial.of(fleet, "Postgres replies lost", 4).injects("400 ms, then cut; 3 times");
        long unheard = 0;
        for (int i = 0; i < 3; i++) {
            fleet.nodes().forEach(node -> node.postgres().loseReplies());
            Trial.pause(400);
            unheard += trial.unheard();
            fleet.nodes().forEach(node -> {
                node.postgres().pass();
                node.postgres().drop();
            });
            Trial.pause(300);
        }
        trial.isOver();
        trial.ends(); // everybody was told of a coupon in the end, or there would be rows of nobody
        assertThat(unheard).as("coupons whose commit nobody heard of").isPositive();
        assertThat(fleet.a().postgres().lost() + fleet.b().postgres().lost()).isPositive();
    }
}
