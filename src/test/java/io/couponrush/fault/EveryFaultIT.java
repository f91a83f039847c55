package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.fault.Trial.Outcome;
import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.ServiceProcess;
import io.couponrush.testkit.TcpProxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What may happen to two nodes and to the servers they share; each test proves that it was noticed, too. */
@Tag("fault")
class EveryFaultIT {
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
    void nodesAreKilledInTurns() {
        var trial = Trial.of(fleet, "nodes killed in turns", 12).injects("kill -9, restart; 4 times");
        for (int kill = 0; kill < 4; kill++) {
            ServiceProcess node = fleet.nodes().get(kill % 2).process();
            node.isKilled();
            node.start();
            Trial.pause(200);
        }
        trial.isOver();
        assertThat(trial.ends().unanswered()).isPositive();
    }

    @Test
    void allNodesAreKilled() {
        var trial = Trial.of(fleet, "all nodes killed", 10).injects("kill -9 of 2 of 2, restart");
        fleet.nodes().forEach(node -> node.process().isKilled());
        fleet.nodes().forEach(node -> node.process().start());
        trial.isOver();
        assertThat(trial.ends().unanswered()).isPositive();
    }

    @Test
    void aNodeIsSuspendedForLongerThanItsReservationsLast() {
        var trial = Trial.of(fleet, "node suspended", 9).injects("SIGSTOP 6.5 s, lease time 4 s, late statement");
        fleet.b().postgres().stall(); // what it sent last arrives when its reservations are void
        Trial.pause(150);
        fleet.b().process().isSuspended();
        Trial.pause(6_500);
        fleet.b().postgres().pass();
        Trial.pause(200);
        fleet.b().process().isResumed();
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("reservations_voided")).isPositive();
    }

    @Test
    void aNodeIsAskedToStop() {
        var trial = Trial.of(fleet, "node stopped", 6).injects("SIGTERM of 1 of 2, restart");
        assertThat(fleet.b().process().isStopped()).isZero();
        var until = trial.atB();
        fleet.b().process().start();
        trial.isOver();
        var outcome = trial.ends();
        assertThat(until.all()).filteredOn(a -> a.status() == 0).allSatisfy(a -> assertThat(a.body())
                .as("never accepted, or closed while it was idle")
                .containsPattern("refused|closed|reset"));
        assertThat(outcome.rush().all()).noneMatch(a -> a.status() >= 500 && a.status() != 503);
        assertThat(outcome.unanswered() + outcome.deferred()).isPositive();
    }

    @Test
    void redisDiesAndComesBackEmpty() {
        var trial = Trial.of(fleet, "Redis restarted empty", 5).injects("kill -9, restart");
        fleet.redis().dies();
        fleet.redis().start();
        trial.isOver();
        wasLoadedAnew(trial.ends());
    }

    @Test
    void redisDiesAndComesBackWithAnOldSnapshot() {
        var trial = Trial.of(fleet, "Redis restarted old", 6).injects("SAVE, 1.5 s later kill -9, restart");
        fleet.redis().savesASnapshot();
        Trial.pause(1_500);
        fleet.redis().dies();
        fleet.redis().start();
        trial.isOver();
        fleet.redis().forgetsItsSnapshot();
        wasLoadedAnew(trial.ends());
    }

    @Test
    void aStaleReplicaBecomesTheMaster() throws IOException {
        Trial trial;
        PrivateRedis replica = fleet.freshRedis();
        try (var line = new TcpProxy(fleet.redis().uri(), 0)) {
            replica.follows(line.uri(fleet.redis().uri()));
            trial = Trial.of(fleet, "stale replica promoted", 6).injects("1.5 s behind, master kill -9");
            line.loseReplies();
            Trial.pause(1_500);
            assertThat(line.lost()).isPositive();
            fleet.redis().dies();
        }
        replica.isPromoted();
        fleet.moveTo(replica);
        trial.isOver();
        wasLoadedAnew(trial.ends());
    }

    private static void wasLoadedAnew(Outcome outcome) {
        assertThat(outcome.counters().get("rebuilds")).isBetween(1L, 4L);
        assertThat(outcome.counters().get("reconnects redis")).isBetween(2L, 4L);
    }

    @Test
    void redisIsCutOff() {
        var trial = Trial.of(fleet, "Redis cut off", 5).injects("connections cut for 1.5 s");
        fleet.nodes().forEach(node -> node.redis().cut());
        Trial.pause(1_500);
        fleet.nodes().forEach(node -> node.redis().pass());
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        wasLoadedAnew(outcome);
    }

    @Test
    void connectionsToRedisAreReset() {
        var trial = Trial.of(fleet, "Redis connections reset", 4).injects("RST; 5 times");
        for (int i = 0; i < 5; i++) {
            fleet.nodes().forEach(node -> node.redis().reset());
            Trial.pause(200);
        }
        trial.isOver();
        assertThat(trial.ends().counters().get("reconnects redis")).isGreaterThanOrEqualTo(5);
    }

    @Test
    void redisIsSilentForOneOfTwoNodes() {
        var trial = Trial.of(fleet, "Redis silent for one node", 6).injects("blackhole 3 s for 1 of 2");
        fleet.a().redis().swallow();
        Trial.pause(3_000);
        fleet.a().redis().pass();
        fleet.a().redis().drop();
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        assertThat(outcome.counters().get("rebuilds")).isPositive();
        assertThat(fleet.a().redis().lost()).isPositive();
    }

    @Test
    void redisIsSlow() {
        var trial = Trial.of(fleet, "Redis slow", 5).injects("50 ms a chunk, 2.5 s");
        fleet.nodes().forEach(node -> node.redis().slow(50));
        Trial.pause(2_500);
        fleet.nodes().forEach(node -> node.redis().pass());
        trial.isOver();
        assertThat(slowerThan(100, trial.ends())).isGreaterThan(100);
    }

    @Test
    void statementsAreLostOnTheirWayToPostgres() {
        var trial = Trial.of(fleet, "Postgres requests lost", 4).injects("300 ms, then cut; 3 times");
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
        trial.ends();
        assertThat(fleet.nodes()).allMatch(node -> node.postgres().lost() > 0);
    }

    @Test
    void statementsArriveAtPostgresLate() {
        var trial = Trial.of(fleet, "Postgres late", 6).injects("blackhole 3.4 s, then all of it arrives");
        fleet.nodes().forEach(node -> node.postgres().stall());
        Trial.pause(3_400);
        fleet.nodes().forEach(node -> node.postgres().pass());
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.deferred()).isPositive();
        assertThat(outcome.counters().get("claims replayed")).isPositive(); // came after the client was sent away
    }

    @Test
    void postgresIsSlow() {
        var trial = Trial.of(fleet, "Postgres slow", 5).injects("200 ms a chunk, 3 s");
        fleet.nodes().forEach(node -> node.postgres().slow(200));
        Trial.pause(3_000);
        fleet.nodes().forEach(node -> node.postgres().pass());
        trial.isOver();
        assertThat(slowerThan(400, trial.ends())).isGreaterThan(100);
    }

    private static long slowerThan(long millis, Outcome outcome) {
        return outcome.rush().issued().stream()
                .filter(a -> a.ended() - a.started() > millis * 1_000_000)
                .count();
    }

    @Test
    void theRowOfTheCampaignIsLocked() {
        var trial = Trial.of(fleet, "row locked", 6).injects("by another session for 3.5 s");
        fleet.books().lock(trial.sale(), 3_500);
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("batches_undecided slow")).isPositive();
        assertThat(outcome.deferred()).isPositive();
    }

    @Test
    void postgresEndsEverySession() {
        var trial = Trial.of(fleet, "sessions terminated", 4).injects("pg_terminate_backend of all; 5 times");
        long ended = 0;
        for (int i = 0; i < 5; i++) {
            ended += fleet.books().cutsConnections();
            Trial.pause(200);
        }
        trial.isOver();
        trial.ends();
        assertThat(ended).isGreaterThanOrEqualTo(10);
    }

    @Test
    void oneKeyArrivesFiftyTimesAtBothNodes() {
        var trial = Trial.of(fleet, "one key 50 times", 4).injects("20 keys, 25 times at each node at once");
        var fresh = fleet.callers(20);
        List<Press> presses = new ArrayList<>();
        fresh.all().forEach(caller -> {
            Press press = caller.claims(trial.sale(), UUID.randomUUID().toString());
            for (int i = 0; i < 25; i++) presses.add(press);
        });
        var first = fresh.at(fleet.a().process()).start(presses);
        var second = fresh.at(fleet.b().process()).start(presses);
        var answers = first.answers().and(second.answers());
        trial.hears(answers);
        trial.isOver();
        trial.ends();
        assertThat(answers.all()).allMatch(Answer::issued);
        assertThat(answers.coupons()).hasSize(20);
        assertThat(answers.all()).filteredOn(Answer::replayed).isNotEmpty();
    }

    @Test
    void theStockIsLoweredUntilItIsSoldOutAndRaised() {
        var trial = Trial.of(fleet, "stock lowered and raised", 6).injects("sold out, +500; below issued: refused");
        int total = fleet.books().of(trial.sale()).total();
        int low = fleet.books().of(trial.sale()).issued() + 200;
        fleet.staff().setsTotal(trial.sale(), low);
        Trial.pause(1_500);
        assertThat(fleet.books().of(trial.sale()).turns()).containsExactly("soldout:1");
        assertThat(fleet.staff().asksForTotal(trial.sale(), low - 1).status()).isEqualTo(409);
        fleet.staff().setsTotal(trial.sale(), low + 500);
        Trial.pause(500);
        fleet.staff().setsTotal(trial.sale(), total);
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.book().turns()).startsWith("soldout:1", "reopened:2");
        assertThat(outcome.rush().tally()).containsKey("COUPON_SOLD_OUT");
        assertThat(outcome.counters().get("rebuilds")).isPositive();
    }
}
