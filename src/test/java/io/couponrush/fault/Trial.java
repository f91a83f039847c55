package io.couponrush.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Books.Shelf;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Crowd;
import io.couponrush.testkit.Sale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One fault under load: users with keys press the button at both nodes at a steady rate, three times each where two are
 * allowed; something breaks; whoever has no last word asks again with the same key, at the other node too. Then nothing
 * may be stranded, the rest is sold to new users, and the books must agree with every answer ever given.
 */
final class Trial {
    private static final int PER_SECOND = 400;
    private static final int PER_USER = 2;
    private static final int PRESSES = 3;
    private static final int DRAINED = 600;
    private static final Duration REST = Duration.ofSeconds(30);
    private static final int PATIENCE_S = 40;

    private final Fleet fleet;
    private final String fault;
    private final long sale;
    private final Callers callers;
    private final List<Counters> before;
    private Crowd atA;
    private Crowd atB;
    private Answers asked = new Answers(List.of());
    private long over = System.nanoTime();
    private String injected = "";

    /**
     * How it ended.
     *
     * @param rush the answers to the load, before anybody asked again
     */
    record Outcome(Answers rush, Counters counters, Book book) {
        long unanswered() {
            return rush.all().stream().filter(a -> a.status() == 0).count();
        }

        long deferred() {
            return rush.all().stream().filter(a -> a.status() == 503).count();
        }
    }

    private Trial(Fleet fleet, String fault, int seconds) {
        this.fleet = fleet;
        this.fault = fault;
        int users = seconds * PER_SECOND / PRESSES;
        sale = fleet.staff().opens(Sale.of(users * PER_USER + DRAINED).perUser(PER_USER));
        callers = fleet.callers(users);
        before = fleet.nodes().stream().map(n -> Counters.of(n.process())).toList();
    }

    /** Opens a sale and lets users press for that long. */
    static Trial of(Fleet fleet, String fault, int seconds) {
        var trial = new Trial(fleet, fault, seconds);
        trial.start();
        return trial;
    }

    private void start() {
        List<Press> first = new ArrayList<>();
        List<Press> second = new ArrayList<>();
        for (Press press : Callers.shuffled(callers.presses(sale, PRESSES))) {
            (first.size() <= second.size() ? first : second).add(press);
        }
        atA = callers.at(fleet.a().process()).startAt(PER_SECOND / 2, first);
        atB = callers.at(fleet.b().process()).startAt(PER_SECOND / 2, second);
        atB.untilIssued(100);
    }

    long sale() {
        return sale;
    }

    Callers callers() {
        return callers;
    }

    /** What is injected, for the table. */
    Trial injects(String what) {
        injected = what;
        return this;
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Coupons that are in the books and that nobody has been told of yet. */
    long unheard() {
        long rows = fleet.books().of(sale).rows().size();
        return rows - atA.issuedSoFar() - atB.issuedSoFar();
    }

    /** The answers of the second node so far. */
    Answers atB() {
        return atB.answersSoFar();
    }

    /** From here on everything should be well. */
    void isOver() {
        over = System.nanoTime();
    }

    /** Answers to what a test pressed itself. */
    void hears(Answers others) {
        asked = asked.and(others);
    }

    /** Asks until everybody has an answer, sells the rest, and checks I1 to I8, I10, I11 and I14. */
    Outcome ends() {
        Answers rush = atA.answers().and(atB.answers());
        Answers all = insist(rush.and(asked));
        long lastOpen = all.all().stream()
                .filter(a -> !a.isFinal())
                .mapToLong(a -> a.ended() - over)
                .max()
                .orElse(0);
        long stranded = stranded();
        var counters = Counters.of(fleet.a().process())
                .since(before.get(0))
                .and(Counters.of(fleet.b().process()).since(before.get(1)));
        all = all.and(drain());
        var book = fleet.books().of(sale);
        List<String> wrong = all.contradictions(book);
        FaultTable.add(row(all, book, wrong, stranded, Math.max(0, lastOpen) / 1e9, counters));
        assertThat(all.open()).as("claims without a last word").isEmpty();
        assertThat(book.mistakes()).isEmpty();
        assertThat(wrong).isEmpty();
        assertThat(stranded).as("units stranded").isZero();
        assertThat(book.issued()).isEqualTo(book.total());
        assertThat(all.coupons()).hasSize(book.total());
        shelfIsBareAt(book);
        return new Outcome(rush, counters, book);
    }

    private FaultTable.Row row(
            Answers all, Book book, List<String> wrong, long stranded, double recovery, Counters counters) {
        long overLimit = book.rows().stream().collect(groupingBy(Book.Row::userId, counting())).values().stream()
                .filter(coupons -> coupons > book.perUser())
                .count();
        return new FaultTable.Row(
                fault,
                injected,
                (int) all.all().stream().map(Answer::press).distinct().count(),
                all.coupons().size(),
                wrong.stream()
                        .filter(w -> w.startsWith("acknowledged and lost"))
                        .count(),
                Math.max(0, book.rows().size() - book.total()),
                overLimit,
                wrong.stream()
                        .filter(w -> w.startsWith("refused for good") || w.startsWith("issued to nobody"))
                        .count(),
                stranded,
                recovery,
                counters.toString());
    }

    /** With the same keys, at one node and then at the other. */
    private Answers insist(Answers first) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        Answers all = first;
        for (int round = 0; !all.open().isEmpty() && System.nanoTime() - end < 0; round++) {
            var node = fleet.nodes().get(round % 2).process();
            all = all.and(callers.at(node).press(all.open()));
            if (!all.open().isEmpty()) pause(100);
        }
        return all;
    }

    /** Open reservations, and units by which Redis is wrong, once there was time to settle everything. */
    private long stranded() {
        try {
            await().atMost(REST).pollInterval(Duration.ofMillis(50)).until(() -> difference() == 0);
            return 0;
        } catch (org.awaitility.core.ConditionTimeoutException still) {
            return difference();
        }
    }

    private long difference() {
        Shelf shelf = fleet.books().shelf(sale);
        var book = fleet.books().of(sale);
        return shelf.leases() + Math.abs(shelf.stock() - (book.total() - book.issued()));
    }

    /** New users at both nodes until nothing is left. */
    private Answers drain() {
        var book = fleet.books().of(sale);
        int left = book.total() - book.issued();
        var fresh = fleet.callers(left + 100);
        var half = fresh.presses(sale, 1);
        var first = fresh.at(fleet.a().process()).start(half.subList(0, half.size() / 2));
        var second = fresh.at(fleet.b().process()).start(half.subList(half.size() / 2, half.size()));
        Answers all = first.answers().and(second.answers());
        return fresh.at(fleet.b().process()).insist(all, PATIENCE_S);
    }

    private void shelfIsBareAt(Book book) {
        var shelf = fleet.books().shelfAtRest(sale);
        assertThat(shelf.stock()).isZero();
        assertThat(shelf.epoch()).isEqualTo(book.epoch());
        assertThat(shelf.soldOut()).isEqualTo(book.generation());
    }
}
