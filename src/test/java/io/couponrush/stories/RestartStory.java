package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The service stops and starts again on the same data, in the middle of a sale. */
class RestartStory {
    @Test
    void whatWasIssuedIsThereAndTheRestSellsOut() {
        try (var service = RunningService.start()) {
            long sale = service.staff().opens(Sale.of(500));
            var early = service.callers(300);
            var presses = early.presses(sale, 1);
            var first = early.press(presses);
            assertThat(first.tally()).isEqualTo(Map.of("201", 300L));

            service.restart();

            var again = early.press(presses);
            assertThat(again.all()).allMatch(Answer::replayed);
            assertThat(again.coupons()).isEqualTo(first.coupons());
            var late = service.callers(1_000).allClaimWithKeys(sale, 1);
            assertThat(late.tally()).isEqualTo(Map.of("201", 200L, "COUPON_SOLD_OUT", 800L));
            Sold.exactly(service, sale, 500, first.and(again).and(late));
        }
    }

    @Test
    void whoIsInTheMiddleOfItGetsAnAnswerOrFindsOut() {
        try (var service = RunningService.start()) {
            long sale = service.staff().opens(Sale.of(3_000));
            var callers = service.callers(4_000);
            var crowd = callers.start(callers.presses(sale, 1));
            crowd.untilIssued(300);

            long asked = System.nanoTime();
            service.restart();

            assertThat(Duration.ofNanos(System.nanoTime() - asked))
                    .as("connections that are never idle do not use up the time to drain")
                    .isLessThan(Duration.ofSeconds(9));
            Sold.exactly(service, sale, 3_000, callers.insist(crowd.answers(), 30));
        }
    }
}
