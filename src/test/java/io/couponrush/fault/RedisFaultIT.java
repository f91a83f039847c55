package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.fault.Trial.Outcome;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.TcpProxy;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Redis that forgets, that remembers what is no longer true, that is away, slow, busy or full. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class RedisFaultIT {
    @Test
    void redisDiesAndComesBackEmpty(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis restarted empty", 5, 1).injects("kill -9, restart");
        fleet.redis().dies();
        trial.isOver();
        fleet.redis().start();
        wasLoadedAnew(trial.ends());
    }

    @Test
    void redisDiesAndComesBackWithAnOldSnapshot(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis restarted old", 6, 1).injects("SAVE, 1.5 s later kill -9, restart");
        fleet.redis().savesASnapshot();
        Trial.pause(1_500);
        fleet.redis().dies();
        trial.isOver();
        fleet.redis().start();
        var outcome = trial.ends();
        fleet.redis().forgetsItsSnapshot();
        wasLoadedAnew(outcome);
    }

    @Test
    void aStaleReplicaBecomesTheMaster(Fleet fleet) throws IOException {
        Trial trial;
        PrivateRedis replica = fleet.freshRedis();
        try (var line = new TcpProxy(fleet.redis().uri(), 0)) {
            replica.follows(line.uri(fleet.redis().uri()));
            trial = Trial.of(fleet, "stale replica promoted", 6, 10).injects("1.5 s behind, master kill -9");
            line.loseReplies();
            Trial.pause(1_500);
            assertThat(line.lost()).isPositive();
            fleet.redis().dies();
        }
        replica.isPromoted();
        trial.isOver();
        fleet.moveTo(replica);
        wasLoadedAnew(trial.ends());
    }

    private static void wasLoadedAnew(Outcome outcome) {
        assertThat(outcome.counters().get("rebuilds")).isBetween(1L, 4L);
        assertThat(outcome.counters().get("reconnects redis")).isBetween(2L, 4L);
    }

    @Test
    void redisIsAwayForLong(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis away", 13, 10).injects("connections cut for 12 s");
        fleet.nodes().forEach(node -> node.redis().cut());
        Trial.pause(2_000);
        int issued = trial.issuedSoFar();
        Trial.pause(10_000);
        assertThat(trial.issuedSoFar() - issued)
                .as("coupons of ten seconds by Postgres alone")
                .isGreaterThan(1_000);
        trial.isOver();
        fleet.nodes().forEach(node -> node.redis().pass());
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        wasLoadedAnew(outcome);
    }

    @Test
    void connectionsToRedisAreReset(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis connections reset", 4, 1).injects("RST; 5 times");
        for (int i = 0; i < 5; i++) {
            fleet.nodes().forEach(node -> node.redis().reset());
            Trial.pause(200);
        }
        trial.isOver();
        assertThat(trial.ends().counters().get("reconnects redis")).isGreaterThanOrEqualTo(5);
    }

    @Test
    void redisIsSilentForOneOfTwoNodes(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis silent for one node", 6, 10).injects("blackhole 3 s for 1 of 2");
        fleet.a().redis().swallow();
        Trial.pause(3_000);
        trial.isOver();
        fleet.a().redis().pass();
        fleet.a().redis().drop();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        assertThat(outcome.counters().get("rebuilds")).isPositive();
        assertThat(fleet.a().redis().lost()).isPositive();
    }

    @Test
    void redisIsSlow(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis slow", 5, 1).injects("50 ms a chunk, 2.5 s");
        fleet.nodes().forEach(node -> node.redis().slow(50));
        Trial.pause(2_500);
        trial.isOver();
        fleet.nodes().forEach(node -> node.redis().pass());
        var outcome = trial.ends();
        assertThat(outcome.slowerThan(100)).isGreaterThan(100);
        outcome.deferredInTime();
    }

    @Test
    void redisIsSlowerThanACallMayTake(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis very slow", 5, 10).injects("500 ms a chunk, 3 s; a call may take 300 ms");
        fleet.nodes().forEach(node -> node.redis().slow(500));
        Trial.pause(3_000);
        trial.isOver();
        fleet.nodes().forEach(node -> node.redis().pass());
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        outcome.deferredInTime();
    }

    @Test
    void redisIsBusyWithASlowCommand(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis busy", 5, 10).injects("DEBUG SLEEP 3");
        fleet.redis().sleepsFor(3);
        trial.isOver();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        assertThat(outcome.counters().get("rebuilds")).isBetween(1L, 4L);
        outcome.deferredInTime();
    }

    @Test
    void redisIsFull(Fleet fleet) {
        var trial = Trial.of(fleet, "Redis full", 5, 10).injects("maxmemory reached for 4 s, noeviction");
        fleet.redis().isFull();
        Trial.pause(1_000);
        int before = trial.issuedSoFar();
        Trial.pause(3_000);
        int issued = trial.issuedSoFar() - before;
        trial.isOver();
        fleet.redis().hasRoom();
        var outcome = trial.ends();
        assertThat(issued).as("coupons of three seconds by Postgres alone").isGreaterThan(300);
        outcome.deferredInTime();
        assertThat(outcome.counters().get("claims_direct")).isPositive();
        wasLoadedAnew(outcome);
    }

    @Test
    void aNodeStartsWhileRedisIsAway(Fleet fleet) {
        var trial =
                Trial.of(fleet, "node started without Redis", 25, 10).injects("kill -9 of 1 of 2, restart; no Redis");
        fleet.nodes().forEach(node -> node.redis().cut());
        fleet.b().process().isKilled();
        int before = trial.atB().issued().size();
        fleet.b().process().start();
        await().untilAsserted(() -> assertThat(trial.atB().issued()).hasSizeGreaterThan(before + 10));
        trial.isOver();
        fleet.nodes().forEach(node -> node.redis().pass());
        assertThat(trial.ends().counters().get("claims_direct")).isPositive();
    }
}
