package io.couponrush.stories;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.ClaimMeters;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A crowd larger than the stock: everybody is answered, exactly the stock is given out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlashSaleStory {
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
    void fiveThousandCallersFiveHundredCoupons() {
        long sale = staff.opens(Sale.of(500));
        var callers = service.callers(5_000);
        var before = ClaimMeters.of(service);
        var answers = callers.allClaim(sale);
        assertThat(answers.tally()).isEqualTo(Map.of("201", 500L, "COUPON_SOLD_OUT", 4_500L));
        assertThat(answers.coupons()).hasSize(500);
        assertThat(ClaimMeters.of(service).since(before)).isEqualTo(Map.of("issued", 500L, "COUPON_SOLD_OUT", 4_500L));
        assertSoldOut(sale, answers);
    }

    @Test
    void theSameWithKeys() {
        long sale = staff.opens(Sale.of(500));
        var answers = service.callers(5_000).allClaimWithKeys(sale, 1);
        assertThat(answers.tally()).isEqualTo(Map.of("201", 500L, "COUPON_SOLD_OUT", 4_500L));
        assertThat(answers.issued()).noneMatch(Answer::replayed);
        assertSoldOut(sale, answers);
    }

    @Test
    void whoPressesFourTimesGetsThreeAtMost() {
        long sale = staff.opens(Sale.of(2_500).perUser(3));
        var callers = service.callers(1_000);
        var answers = callers.press(callers.presses(sale, 4));
        assertThat(answers.tally())
                .containsEntry("201", 2_500L)
                .containsOnlyKeys("201", "USER_LIMIT_EXCEEDED", "COUPON_SOLD_OUT");
        assertSoldOut(sale, answers);
        Book book = service.books().of(sale);
        answers.byUser().forEach((user, theirs) -> assertTellsTheirCoupons(book, user, theirs));
    }

    @Test
    void enoughForAllWithinTheirLimit() {
        long sale = staff.opens(Sale.of(5_000).perUser(3));
        var callers = service.callers(500);
        var answers = callers.press(Callers.shuffled(callers.pressesWithoutKeys(sale, 4)));
        assertThat(answers.tally()).isEqualTo(Map.of("201", 1_500L, "USER_LIMIT_EXCEEDED", 500L));
        Book book = service.books().of(sale);
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(3_500);
        var again = callers.allClaim(sale);
        assertThat(again.refusedWith("USER_LIMIT_EXCEEDED")).hasSize(500);
        again.all().forEach(answer -> assertThat(told(answer))
                .isEqualTo(codesOf(book, answer.press().caller().userId())));
    }

    @Test
    void oneKeyFiftyTimesAtOnceIsOneCoupon() {
        long sale = staff.opens(Sale.of(100).perUser(5));
        var callers = service.callers(4);
        var presses = new ArrayList<Press>();
        for (var caller : callers.all()) {
            presses.addAll(Collections.nCopies(50, caller.claims(sale, "storm-" + caller.userId())));
        }
        var answers = callers.press(presses);
        assertThat(answers.tally()).isEqualTo(Map.of("201", 200L));
        answers.byUser().values().forEach(theirs -> {
            assertThat(theirs.stream().map(Answer::body).collect(toSet())).hasSize(1);
            assertThat(theirs.stream().filter(a -> !a.replayed())).hasSize(1);
        });
        assertThat(service.books().of(sale).rows()).hasSize(4);
        assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(96);
        var later = callers.press(presses);
        assertThat(later.all()).allMatch(Answer::replayed);
        assertThat(later.coupons()).isEqualTo(answers.coupons());
        assertThat(service.books().of(sale).mistakes()).isEmpty();
        assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(96);
    }

    @Test
    void aKeyIsReplayedAfterTheSaleIsSoldOut() {
        long sale = staff.opens(Sale.of(20));
        var callers = service.callers(40);
        var presses = callers.presses(sale, 1);
        var first = callers.press(presses);
        var second = callers.press(presses);
        assertThat(second.tally()).isEqualTo(Map.of("201", 20L, "COUPON_SOLD_OUT", 20L));
        assertThat(second.issued()).allMatch(Answer::replayed);
        assertThat(second.coupons()).isEqualTo(first.coupons());
        assertSoldOut(sale, first.and(second));
    }

    @Test
    void aKeyOfAnotherEventIsRefusedAndChangesNothing() {
        long one = staff.opens(Sale.of(10));
        long other = staff.opens(Sale.of(10));
        var callers = service.callers(1);
        var caller = callers.one();
        callers.press(List.of(caller.claims(one, "the-key")));
        var reused = callers.press(List.of(caller.claims(other, "the-key")));
        assertThat(reused.tally()).isEqualTo(Map.of("IDEMPOTENCY_KEY_REUSED", 1L));
        assertThat(reused.all().get(0).status()).isEqualTo(422);
        assertThat(service.books().of(other).rows()).isEmpty();
        assertThat(service.books().shelfAtRest(other).stock()).isEqualTo(10);
    }

    @Test
    void aKeyRacingOnTwoEventsWinsOnOne() {
        long one = staff.opens(Sale.of(1_000));
        long other = staff.opens(Sale.of(1_000));
        var callers = service.callers(300);
        var presses = new ArrayList<Press>();
        for (var caller : callers.all()) {
            presses.add(caller.claims(one, "race"));
            presses.add(caller.claims(other, "race"));
        }
        var answers = callers.press(presses);
        assertThat(answers.tally()).isEqualTo(Map.of("201", 300L, "IDEMPOTENCY_KEY_REUSED", 300L));
        assertThat(service.books().of(one).mistakes()).isEmpty();
        assertThat(service.books().of(other).mistakes()).isEmpty();
        assertThat(service.books().shelfAtRest(one).stock()
                        + service.books().shelfAtRest(other).stock())
                .isEqualTo(1_700);
    }

    @Test
    void whoHammersIsToldToWait() {
        long sale = staff.opens(Sale.of(10));
        var callers = service.callers(2);
        var answers = callers.press(Collections.nCopies(400, callers.one().claims(sale)));
        var limited = answers.refusedWith("RATE_LIMITED");
        assertThat(limited).isNotEmpty();
        assertThat(limited).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.headers().get("Retry-After")).matches("[1-9]\\d*");
            assertThat(answer.headers().get("RateLimit")).matches("\"issue\";r=0;t=[1-9]\\d*");
            assertThat(answer.headers().get("RateLimit-Policy")).isEqualTo("\"issue\";q=200;w=2");
            assertThat(answer.headers().get("Content-Type")).startsWith("application/problem+json");
        });
        var neighbour = callers.press(List.of(callers.all().get(1).claims(sale)));
        assertThat(neighbour.issued()).hasSize(1);
        assertThat(service.books().of(sale).rows()).hasSize(2);
    }

    /** Table, answers and Redis say the same. */
    private void assertSoldOut(long sale, Answers answers) {
        var book = service.books().of(sale);
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(book.rows()).hasSize(book.total());
        assertThat(book.codes()).containsExactlyInAnyOrderElementsOf(answers.coupons());
        assertThat(book.turns()).containsExactly("soldout:1");
        var shelf = service.books().shelfAtRest(sale);
        assertThat(shelf.stock()).isZero();
        assertThat(shelf.soldOut()).isEqualTo(1);
        assertThat(staff.sees(sale).getBoolean("soldOut")).isTrue();
        assertThat(staff.sees(sale).getInteger("remainingCount")).isZero();
    }

    private static void assertTellsTheirCoupons(Book book, long user, List<Answer> answers) {
        var codes = codesOf(book, user);
        assertThat(codes).hasSizeLessThanOrEqualTo(book.perUser());
        for (var answer : answers) {
            if ("USER_LIMIT_EXCEEDED".equals(answer.code())) {
                assertThat(codes).containsAll(told(answer));
                assertThat(codes).as(answer.body()).hasSize(book.perUser());
            }
        }
    }

    private static Set<String> told(Answer answer) {
        return answer.json().getJsonArray("couponCodes").stream()
                .map(String::valueOf)
                .collect(toSet());
    }

    private static Set<String> codesOf(Book book, long user) {
        return book.rows().stream()
                .filter(row -> row.userId() == user)
                .map(Book.Row::code)
                .collect(toSet());
    }
}
