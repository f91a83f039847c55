package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Callers;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.ServiceProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Something dies in the middle of the crowd. Whoever has no answer asks again with the same key. */
class CrashStory {
    private static final int STOCK = 2_000;

    @Test
    void theServiceAndItsServersAreKilled(@TempDir Path directory) {
        try (var service = ServiceProcess.withEverything(directory)) {
            assertSellsExactly(service, 1);
            assertThat(service.isStopped()).isZero();
        }
    }

    @Test
    void theServiceIsKilledWhileItsServersRunOn(@TempDir Path directory) {
        try (var service = ServiceProcess.onSharedServers(directory)) {
            assertSellsExactly(service, 1);
        }
    }

    @Test
    @Tag("slow")
    void theServiceIsKilledAgainAndAgain(@TempDir Path directory) {
        try (var service = ServiceProcess.onSharedServers(directory)) {
            assertSellsExactly(service, 6);
        }
    }

    private static void assertSellsExactly(ServiceProcess service, int kills) {
        long sale = service.staff().opens(Sale.of(STOCK));
        var callers = service.callers(STOCK + 1_000);
        var crowd = callers.start(Callers.shuffled(callers.presses(sale, 1)));
        crowd.untilIssued(STOCK / (kills + 2));
        service.isKilled();
        var answers = crowd.answers();
        service.start();
        Sold.nothingLost(service, sale, answers);
        for (int kill = 1; kill < kills; kill++) {
            crowd = callers.start(Callers.shuffled(answers.open()));
            crowd.untilIssued(STOCK / (kills + 2));
            service.isKilled();
            answers = answers.and(crowd.answers());
            service.start();
            Sold.nothingLost(service, sale, answers);
        }
        assertThat(answers.open()).as("the kill came in the middle").isNotEmpty();
        Sold.exactly(service, sale, STOCK, callers.insist(answers, 40));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void redisDiesAndComesBack(boolean withItsData, @TempDir Path directory) {
        var found = PrivateRedis.start(directory, withItsData);
        assumeTrue(found.isPresent(), "there is no redis-server on this machine");
        try (var redis = found.get();
                var service = RunningService.start(Map.of("COUPONRUSH_REDIS_URI", redis.uri()))) {
            long sale = service.staff().opens(Sale.of(STOCK));
            long epoch = service.books().of(sale).epoch();
            var callers = service.callers(STOCK + 1_000);
            var crowd = callers.start(callers.presses(sale, 1));
            crowd.untilIssued(500);

            redis.dies();
            redis.start();

            var answers = callers.insist(crowd.answers(), 30);
            Sold.exactly(service, sale, STOCK, answers);
            assertThat(service.books().of(sale).epoch())
                    .as("it was noticed that Redis had died")
                    .isGreaterThan(epoch);
        }
    }

    @Test
    void postgresCutsEveryConnectionThreeTimes() throws Exception {
        try (var service = RunningService.start()) {
            long sale = service.staff().opens(Sale.of(STOCK));
            var callers = service.callers(STOCK + 1_000);
            var crowd = callers.start(callers.presses(sale, 1));
            for (int cut = 1; cut <= 3; cut++) {
                crowd.untilIssued(cut * STOCK / 5);
                assertThat(service.books().cutsConnections()).isPositive();
            }
            Sold.exactly(service, sale, STOCK, callers.insist(crowd.answers(), 30));
            TimeUnit.MILLISECONDS.sleep(100);
            assertThat(service.callers(1).allClaim(sale).tally()).containsOnlyKeys("COUPON_SOLD_OUT");
        }
    }
}
