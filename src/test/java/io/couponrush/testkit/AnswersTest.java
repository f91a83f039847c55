package io.couponrush.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Callers.Caller;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The comparison of answers and rows finds what is wrong. */
class AnswersTest {
    private static final long SALE = 5;
    private static final String SOLD_OUT = "{\"code\":\"COUPON_SOLD_OUT\"}";

    private final long now = System.nanoTime();
    private final Instant today = Instant.now();

    @Test
    void nothingIsWrongWhenEverybodyGotTheirOwn() {
        assertThat(wrong(List.of(issued(1, 30, false), refused(2, 15)), row(1, 0)))
                .isEmpty();
    }

    @Test
    void findsACouponThatIsLost() {
        assertThat(wrong(List.of(issued(1, 30, false)))).anyMatch(w -> w.startsWith("acknowledged and lost"));
    }

    @Test
    void findsARowOfWhichNobodyWasTold() {
        assertThat(wrong(List.of(issued(1, 30, false)), row(1, 0), row(2, 0)))
                .anyMatch(w -> w.startsWith("issued to nobody"));
    }

    @Test
    void findsARefusalThatWasNotFinal() {
        assertThat(wrong(List.of(refused(1, 40), issued(1, 30, true)), row(1, 0)))
                .anyMatch(w -> w.startsWith("refused for good and issued"));
    }

    @Test
    void findsACouponThatWasGivenOutAfterItWasSoldOut() {
        assertThat(wrong(List.of(refused(2, 40), issued(1, 30, false)), row(1, 0)))
                .anyMatch(w -> w.startsWith("issued after it was sold out"));
    }

    @Test
    void aCouponAfterStockCameBackIsWell() {
        assertThat(wrong(List.of(refused(2, 15), issued(1, 8, false)), row(1, 2)))
                .isEmpty();
    }

    @Test
    void findsOneThatWasGivenOutAfterItWasSoldOutAgain() {
        assertThat(wrong(List.of(refused(2, 6), issued(1, 4, false)), row(1, 2)))
                .anyMatch(w -> w.startsWith("issued after it was sold out"));
    }

    /** Sold out 20 s ago, reopened 10 s ago, sold out 2 s ago. */
    private List<String> wrong(List<Answer> answers, Book.Row... rows) {
        var turned = List.of(today.minusSeconds(20), today.minusSeconds(10), today.minusSeconds(2));
        var turns = List.of("soldout:1", "reopened:2", "soldout:3");
        var book = new Book(
                SALE,
                9,
                rows.length,
                0,
                3,
                1,
                1,
                today.minusSeconds(99),
                today,
                List.of(rows),
                List.of(),
                turns,
                turned);
        return new Answers(answers).contradictions(book);
    }

    private Book.Row row(long id, int generation) {
        return new Book.Row(id, id, "C" + id, 1, today, "active", generation);
    }

    private Answer issued(long id, int secondsAgo, boolean replayed) {
        var headers = MultiMap.caseInsensitiveMultiMap();
        if (replayed) headers.add("Idempotency-Replayed", "true");
        return answer(id, 201, headers, "{\"couponId\":" + id + ",\"couponCode\":\"C" + id + "\"}", secondsAgo);
    }

    private Answer refused(long user, int secondsAgo) {
        return answer(user, 409, MultiMap.caseInsensitiveMultiMap(), SOLD_OUT, secondsAgo);
    }

    private Answer answer(long user, int status, MultiMap headers, String body, int secondsAgo) {
        long started = now - SECONDS.toNanos(secondsAgo);
        return new Answer(
                new Press(new Caller(user, ""), SALE, "key" + user), status, headers, body, started, started + 1_000);
    }
}
