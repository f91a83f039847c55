package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.ReadBack;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.ServiceProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Claims that a node takes in and others decide, while those others stop and start. */
@Tag("fault")
class RemoteFaultIT {
    private static final int PER_SECOND = 100;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void eachNodeThatIssuesIsAskedToStopInTurn() {
        var clustering = Clustering.of(3);
        Map<String, String> shared =
                RunningService.environment(Backends.shared().redisUri());
        shared.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        shared.put("COUPONRUSH_ISSUANCE_REMOTE", "true");
        try (var web = node("web", shared, clustering.env(0), "http");
                var first = node("first", shared, clustering.env(1), "issuance");
                var second = node("second", shared, clustering.env(2), "issuance")) {
            var callers = web.callers(2_500);
            long sale = web.staff().opens(Sale.of(5_500).perUser(2));
            var crowd = callers.startAt(PER_SECOND, callers.presses(sale, 2), new ReadBack(web));
            for (ServiceProcess victim : List.of(first, second)) {
                int issued = crowd.issuedSoFar();
                crowd.untilIssued(issued + 2 * PER_SECOND);
                assertThat(victim.isStopped()).isZero();
                int meanwhile = crowd.issuedSoFar();
                crowd.untilIssued(meanwhile + PER_SECOND); // by the other one
                victim.start();
            }
            crowd.untilIssued(crowd.issuedSoFar() + 2 * PER_SECOND);
            crowd.stop();
            Answers rush = crowd.answers();
            System.out.printf("issuing nodes stopped in turn: %s%n", rush.tally());
            assertThat(rush.all()).filteredOn(a -> !a.issued()).allSatisfy(a -> {
                assertThat(a.status()).isEqualTo(503);
                assertThat(a.headers().contains("Retry-After")).isTrue();
            });
            Answers retry = callers.press(rush.open());
            assertThat(retry.all()).as("the same keys, once more").allMatch(Answer::issued);

            var book = web.books().of(sale);
            assertThat(book.mistakes()).isEmpty();
            assertThat(rush.and(retry).contradictions(book)).isEmpty();
            assertThat(web.books().shelfAtRest(sale).stock())
                    .isEqualTo(web.books().left(sale));
        }
    }

    private ServiceProcess node(String name, Map<String, String> shared, Map<String, String> own, String roles) {
        var env = new HashMap<>(shared);
        env.putAll(own);
        env.put("COUPONRUSH_ROLES", roles);
        return ServiceProcess.with(SplitPair.made(directory, name), env);
    }
}
