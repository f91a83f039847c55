package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** From before the start to after the end, while the crowd presses and the staff changes its mind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeOfACampaignStory {
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() {
        service = RunningService.start();
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void whoComesTooEarlyIsToldWhenItStarts() {
        long sale = staff.opens(Sale.of(10).startingIn(Duration.ofMinutes(30)));
        var answers = service.callers(20).allClaim(sale);
        assertThat(answers.tally()).isEqualTo(Map.of("EVENT_NOT_STARTED", 20L));
        assertThat(answers.all()).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(409);
            Instant start = Instant.parse(answer.json().getString("startTime"));
            assertThat(start).isEqualTo(service.books().of(sale).start());
            assertThat(Long.parseLong(answer.headers().get("Retry-After"))).isBetween(1_700L, 1_801L);
        });
        assertThat(service.books().of(sale).rows()).isEmpty();
    }

    @Test
    void itOpensAtItsSecondAndNotBefore() {
        long sale = staff.opens(Sale.of(50).startingIn(Duration.ofSeconds(2)));
        var callers = service.callers(100);
        var answers = callers.allClaim(sale);
        assertThat(answers.tally()).isEqualTo(Map.of("EVENT_NOT_STARTED", 100L));
        Instant start = service.books().of(sale).start();
        Answers last = answers;
        while (last.refusedWith("EVENT_NOT_STARTED").size() > 0) {
            last = callers.allClaim(sale);
            answers = answers.and(last);
        }
        assertThat(Instant.now()).isBetween(start, start.plusSeconds(2));
        answers = answers.and(callers.allClaim(sale));
        assertThat(answers.issued()).hasSize(50);
        var book = service.books().of(sale);
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
    }

    @Test
    void nothingIsIssuedWhileItIsPaused() {
        long sale = staff.opens(Sale.of(2_000));
        var callers = service.callers(3_000);
        var crowd = callers.start(callers.presses(sale, 1));
        crowd.untilIssued(200);

        assertThat(staff.pauses(sale).getString("status")).isEqualTo("paused");
        var atPause = service.books().of(sale);
        var paused = crowd.answers();
        assertThat(paused.tally()).containsOnlyKeys("201", "EVENT_PAUSED");
        assertThat(service.books().of(sale).rows()).isEqualTo(atPause.rows());
        assertThat(paused.contradictions(atPause)).isEmpty();
        assertThat(callers.press(List.of(callers.one().claims(sale))).tally()).containsOnlyKeys("EVENT_PAUSED");

        assertThat(staff.resumes(sale).getString("status")).isEqualTo("active");
        var later = service.callers(3_000).allClaim(sale);
        assertThat(later.tally()).containsOnlyKeys("201", "COUPON_SOLD_OUT");
        Sold.exactly(service, sale, 2_000, paused.and(later));
    }

    @Test
    void moreStockReopensItAtOnce() {
        long sale = staff.opens(Sale.of(100));
        var first = service.callers(300).allClaim(sale);
        assertThat(first.tally()).isEqualTo(Map.of("201", 100L, "COUPON_SOLD_OUT", 200L));
        assertThat(staff.sees(sale).getBoolean("soldOut")).isTrue();
        var late = service.callers(200);

        var raised = staff.setsTotal(sale, 150);

        long reopened = System.nanoTime();
        assertThat(raised.getBoolean("soldOut")).isFalse();
        assertThat(staff.sees(sale).getBoolean("soldOut")).isFalse();
        var second = late.allClaim(sale);
        long soldOut = System.nanoTime();
        assertThat(second.tally()).isEqualTo(Map.of("201", 50L, "COUPON_SOLD_OUT", 150L));
        assertThat(Duration.ofNanos(soldOut - reopened)).isLessThan(Duration.ofSeconds(1));
        Sold.exactly(service, sale, 150, first.and(second));
        assertThat(service.books().of(sale).turns()).containsExactly("soldout:1", "reopened:2", "soldout:3");
    }

    @Test
    void stockRaisedAgainAndAgainUnderLoadSellsOutExactly() {
        long sale = staff.opens(Sale.of(100));
        var callers = service.callers(3_000);
        var crowd = callers.start(callers.presses(sale, 1));
        for (int total = 200; total <= 600; total += 100) {
            crowd.untilIssued(total - 150);
            staff.setsTotal(sale, total);
        }
        var answers = crowd.answers().and(service.callers(700).allClaim(sale));
        Sold.exactly(service, sale, 600, answers);
    }

    @Test
    void lessStockSellsNoMoreThanThat() {
        long sale = staff.opens(Sale.of(3_000));
        var callers = service.callers(3_000);
        var crowd = callers.start(callers.presses(sale, 1));
        crowd.untilIssued(200);

        var lowered = staff.setsTotal(sale, 2_000);

        assertThat(lowered.getInteger("totalCount")).isEqualTo(2_000);
        var answers = crowd.answers();
        assertThat(answers.tally()).isEqualTo(Map.of("201", 2_000L, "COUPON_SOLD_OUT", 1_000L));
        Sold.exactly(service, sale, 2_000, answers);
        var tooLow = staff.asksForTotal(sale, 1_999);
        assertThat(tooLow.status()).isEqualTo(409);
        assertThat(tooLow.code()).isEqualTo("EVENT_STATE_CONFLICT");
        assertThat(service.books().of(sale).total()).isEqualTo(2_000);
    }

    @Test
    void loweredToWhatIsIssuedItIsSoldOut() {
        long sale = staff.opens(Sale.of(50));
        var answers = service.callers(20).allClaim(sale);
        staff.setsTotal(sale, 20);
        assertThat(staff.sees(sale).getBoolean("soldOut")).isTrue();
        var late = service.callers(10).allClaimWithKeys(sale, 1);
        assertThat(late.tally()).isEqualTo(Map.of("COUPON_SOLD_OUT", 10L));
        Sold.exactly(service, sale, 20, answers.and(late));
    }

    @Test
    void afterTheEndKeysAreRepliedToAndNothingIsIssued() {
        long sale = staff.opens(Sale.of(3_000));
        var callers = service.callers(3_000);
        var presses = callers.presses(sale, 1);
        var crowd = callers.start(presses);
        crowd.untilIssued(200);

        assertThat(staff.ends(sale).getString("status")).isEqualTo("ended");

        var atEnd = service.books().of(sale);
        var answers = crowd.answers();
        assertThat(answers.tally()).containsOnlyKeys("201", "EVENT_ENDED");
        var book = service.books().of(sale);
        assertThat(book.rows()).isEqualTo(atEnd.rows());
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        var again = callers.press(presses);
        assertThat(again.tally()).isEqualTo(answers.tally());
        assertThat(again.issued()).allMatch(Answer::replayed);
        assertThat(again.coupons()).isEqualTo(answers.coupons());
        assertThat(callers.allClaim(sale).tally()).isEqualTo(Map.of("EVENT_ENDED", 3_000L));
        assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(3_000 - book.issued());
    }

    /** The end wins or the new stock does; whichever it is, the books are right and nobody is told both. */
    @Test
    void endAndTopUpAndClaimsRace() {
        for (int round = 0; round < 6; round++) {
            long sale = staff.opens(Sale.of(100));
            var callers = service.callers(400);
            var crowd = callers.start(callers.presses(sale, 1));
            crowd.untilIssued(15 * round);
            var end = CompletableFuture.runAsync(() -> staff.ends(sale));
            var raised = CompletableFuture.supplyAsync(() -> staff.asksForTotal(sale, 300));
            var reply = raised.join();
            end.join();

            var answers = callers.insist(crowd.answers(), 10); // who waited too long for a busy Postgres asks again
            assertThat(answers.open()).isEmpty();
            assertThat(answers.tally().keySet()).isSubsetOf("201", "COUPON_SOLD_OUT", "EVENT_ENDED", "UNAVAILABLE");
            var book = service.books().of(sale);
            assertThat(book.mistakes()).isEmpty();
            assertThat(answers.contradictions(book)).isEmpty();
            assertThat(book.total()).isEqualTo(reply.status() == 200 ? 300 : 100);
            assertThat(staff.sees(sale).getString("status")).isEqualTo("ended");
            var late = callers.press(List.of(callers.one().claims(sale))).tally();
            assertThat(late.keySet()).isSubsetOf("COUPON_SOLD_OUT", "EVENT_ENDED");
            assertThat(service.books().of(sale).rows()).isEqualTo(book.rows());
            // Each change has Redis loaded before it is answered, also when the other was loading it.
            assertThat(service.books().shelf(sale).epoch())
                    .isEqualTo(service.books().of(sale).epoch());
            assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(book.total() - book.issued());
        }
    }

    @Test
    void aHigherLimitLetsThemHaveMore() {
        long sale = staff.opens(Sale.of(100));
        var callers = service.callers(10);
        var first = callers.allClaim(sale);
        assertThat(callers.allClaim(sale).tally()).isEqualTo(Map.of("USER_LIMIT_EXCEEDED", 10L));
        staff.web()
                .patch("/api/admin/events/" + sale, new JsonObject().put("maxPerUser", 2))
                .with(200);
        Answers second = await().until(() -> callers.allClaim(sale), answers -> !answers.issued()
                .isEmpty());
        assertThat(second.tally()).isEqualTo(Map.of("201", 10L));
        assertThat(callers.allClaim(sale).tally()).isEqualTo(Map.of("USER_LIMIT_EXCEEDED", 10L));
        var book = service.books().of(sale);
        assertThat(book.mistakes()).isEmpty();
        assertThat(first.and(second).contradictions(book)).isEmpty();
    }
}
