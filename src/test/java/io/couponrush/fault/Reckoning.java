package io.couponrush.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Sale;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/**
 * How a sale ended after the faults: everybody asked until there was a last word, everything had time to settle, the rest
 * was sold to new users. Holds the answers against the books: I1 to I11, I14 and I15.
 *
 * @param all every answer
 * @param wrong where answers and books do not fit, in words
 * @param stranded open reservations, and units by which Redis was wrong, before the rest was sold
 * @param surplus reservations that Postgres had nothing for, while the rest was sold
 */
record Reckoning(Answers all, Book book, List<String> wrong, long stranded, long surplus) {
    private static final Duration REST = Duration.ofSeconds(30);
    private static final int PATIENCE_S = 60;

    /** Asks, waits, sells the rest; nothing is asserted yet. */
    static Reckoning of(Fleet fleet, long sale, Callers callers, Answers asked) {
        Answers all = insist(fleet, callers, asked);
        long stranded = stranded(fleet, sale);
        long refused = refusedAfterReserve(fleet);
        all = all.and(drain(fleet, sale));
        long surplus = refusedAfterReserve(fleet) - refused;
        var book = fleet.books().of(sale);
        return new Reckoning(all, book, all.contradictions(book), stranded, surplus);
    }

    /** Claims, whether they were asked once or again. */
    int claims() {
        return (int) all.all().stream().map(a -> a.press()).distinct().count();
    }

    long lost() {
        return wrong.stream().filter(w -> w.startsWith("acknowledged and lost")).count();
    }

    long oversold() {
        return Math.max(0, book.rows().size() - book.total());
    }

    long overLimit() {
        return book.rows().stream().collect(groupingBy(Book.Row::userId, counting())).values().stream()
                .filter(coupons -> coupons > book.perUser())
                .count();
    }

    long refusedButIssued() {
        return wrong.stream()
                .filter(w -> w.startsWith("refused for good") || w.startsWith("issued to nobody"))
                .count();
    }

    /** Fails unless every invariant held, and Redis is as Postgres says. */
    void holds(Fleet fleet) {
        assertThat(all.open()).as("claims without a last word").isEmpty();
        assertThat(book.mistakes()).isEmpty();
        assertThat(wrong).isEmpty();
        assertThat(stranded).as("units stranded").isZero();
        assertThat(surplus).as("I9: reserved and refused, with Redis loaded").isZero();
        assertThat(book.issued())
                .as("issued, when everybody was told %s", all.tally())
                .isEqualTo(book.total());
        assertThat(all.coupons()).hasSize(book.total());
        var shelf = fleet.books().shelfAtRest(book.eventId());
        assertThat(shelf.stock()).isZero();
        assertThat(shelf.epoch()).isEqualTo(book.epoch());
        assertThat(shelf.soldOut()).isEqualTo(book.generation());
    }

    /** With the same keys, at one node and then at the other. */
    private static Answers insist(Fleet fleet, Callers callers, Answers first) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        Answers all = first;
        for (int round = 0; !all.open().isEmpty() && System.nanoTime() - end < 0; round++) {
            var node = fleet.nodes().get(round % 2).process();
            all = all.and(callers.at(node).press(all.open()));
            if (!all.open().isEmpty()) Trial.pause(100);
        }
        return all;
    }

    private static long stranded(Fleet fleet, long sale) {
        try {
            await().atMost(REST)
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(() -> difference(fleet, sale) == 0);
            return 0;
        } catch (ConditionTimeoutException still) {
            return difference(fleet, sale);
        }
    }

    private static long refusedAfterReserve(Fleet fleet) {
        return fleet.nodes().stream()
                .mapToLong(node -> Counters.of(node.process()).get("reservations_refused"))
                .sum();
    }

    private static long difference(Fleet fleet, long sale) {
        var shelf = fleet.books().shelf(sale);
        return shelf.leases() + Math.abs(shelf.stock() - fleet.books().left(sale));
    }

    /** New users at both nodes until nothing is left. */
    private static Answers drain(Fleet fleet, long sale) {
        int perUser = fleet.books().of(sale).perUser();
        int left = (int) fleet.books().left(sale);
        var fresh = fleet.callers(left / perUser + 100);
        var presses = fresh.presses(sale, perUser);
        int half = presses.size() / 2;
        var first = fresh.at(fleet.a().process()).start(presses.subList(0, half));
        var second = fresh.at(fleet.b().process()).start(presses.subList(half, presses.size()));
        Answers all = first.answers().and(second.answers());
        return fresh.at(fleet.b().process()).insist(all, PATIENCE_S);
    }

    /** A sale for so many users and who comes after them. */
    static Sale sale(int users) {
        return Sale.of(users * 2 + 600).perUser(2);
    }
}
