package io.couponrush.bench;

import io.couponrush.bench.Rehearsal.Sale;
import io.couponrush.bench.Rehearsal.Shown;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Books;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds what a load script counted against rows, Redis, outbox, notices and queues. Every difference is a sentence. */
final class Differences {
    /** Final refusals, which the service counts by campaign. */
    private static final List<String> REFUSALS = List.of(
            "COUPON_SOLD_OUT",
            "USER_LIMIT_EXCEEDED",
            "EVENT_NOT_STARTED",
            "EVENT_ENDED",
            "EVENT_PAUSED",
            "IDEMPOTENCY_KEY_REUSED");

    private final Books books;
    private final Counters counters;
    private final Broker broker;
    private final Duration patience;

    /**
     * Looks at nothing yet.
     *
     * @param patience for what comes to rest by itself: reservations, outbox, queues, counted refusals
     */
    Differences(Books books, Counters counters, Broker broker, Duration patience) {
        this.books = books;
        this.counters = counters;
        this.broker = broker;
        this.patience = patience;
    }

    /**
     * Everything that does not fit, each line with the name of its sale.
     *
     * @param shown coupons that people were shown; null when nobody wrote them down
     */
    List<String> of(Rehearsal run, @Nullable Set<Shown> shown) {
        var found = new ArrayList<String>();
        for (Sale sale : run.sales()) {
            var ofSale = new ArrayList<String>();
            awaitRest(sale, ofSale);
            Book book = books.of(sale.eventId());
            ofSale.addAll(book.mistakes());
            rows(sale, book, ofSale);
            if (shown != null) coupons(sale, book, shown, ofSale);
            redis(book, ofSale);
            users(book, ofSale);
            ofSale.forEach(difference -> found.add(sale.name() + " (event " + sale.eventId() + "): " + difference));
        }
        queues(found);
        return found;
    }

    private static void rows(Sale sale, Book book, List<String> found) {
        int rows = book.rows().size();
        long told = Math.max(sale.won(), sale.answered("issued"));
        if (rows < told) found.add(told + " claims won, but there are " + rows + " coupons: acknowledged and lost");
        if (sale.fresh() && rows > sale.won() + sale.open()) {
            found.add(rows + " coupons, but " + sale.won() + " claims won and " + sale.open()
                    + " are open: issued to nobody who was told");
        }
    }

    private static void coupons(Sale sale, Book book, Set<Shown> shown, List<String> found) {
        Map<Long, Book.Row> rows =
                book.rows().stream().collect(Collectors.toMap(Book.Row::couponId, Function.identity()));
        Map<Long, Shown> byId = new HashMap<>();
        for (Shown coupon : shown) {
            if (coupon.eventId() != sale.eventId()) continue;
            Book.Row row = rows.get(coupon.couponId());
            if (row == null || !row.code().equals(coupon.code())) {
                found.add("acknowledged and lost: " + coupon);
            } else if (row.userId() != coupon.userId()) {
                found.add("somebody else's coupon: " + coupon);
            }
            if (byId.put(coupon.couponId(), coupon) != null) found.add("one coupon for two people: " + coupon);
        }
        if (sale.fresh() && sale.open() == 0) {
            rows.keySet().stream()
                    .filter(id -> !byId.containsKey(id))
                    .forEach(id -> found.add("shown to nobody: " + rows.get(id)));
        }
    }

    private void redis(Book book, List<String> found) {
        var shelf = books.shelf(book.eventId());
        int left = book.total() - book.issued();
        if (shelf.leases() != 0) found.add("Redis: " + shelf.leases() + " reservations are still open");
        if (shelf.epoch() != book.epoch()) found.add("Redis: epoch " + shelf.epoch() + ", Postgres " + book.epoch());
        if (shelf.stock() != left) found.add("Redis: " + shelf.stock() + " units, Postgres has " + left + " left");
        int soldOut = book.generation() % 2 == 1 ? book.generation() : 0;
        if (shelf.soldOut() != soldOut) {
            found.add("Redis: sold out in generation " + shelf.soldOut() + ", Postgres " + soldOut);
        }
    }

    /** Who has how many: a count that is too high keeps a user from what is still allowed, one that is too low costs a refusal. */
    private void users(Book book, List<String> found) {
        Map<Long, Integer> redis = counters.of(book.eventId());
        Map<Long, Integer> rows =
                book.rows().stream().collect(Collectors.toMap(Book.Row::userId, row -> 1, Integer::sum, TreeMap::new));
        var users = new TreeSet<>(redis.keySet());
        users.addAll(rows.keySet());
        for (long user : users) {
            int counted = redis.getOrDefault(user, 0);
            int has = rows.getOrDefault(user, 0);
            if (counted != has) found.add("Redis: user " + user + " has " + counted + ", Postgres has " + has);
        }
    }

    /** What comes to rest by itself; whatever has not within the time is a difference. */
    private void awaitRest(Sale sale, List<String> found) {
        long end = System.nanoTime() + patience.toNanos();
        List<String> open;
        do {
            open = atRest(sale);
        } while (!open.isEmpty() && System.nanoTime() - end < 0 && pause());
        found.addAll(open);
    }

    private List<String> atRest(Sale sale) {
        var open = new ArrayList<String>();
        long unpublished = books.count("select count(*) from outbox where published_at is null and (event_id is null"
                + " or event_id = " + sale.eventId() + ")");
        if (unpublished > 0) open.add("outbox: " + unpublished + " rows are not published");
        long untold = books.count("select count(*) from user_coupons c where c.event_id = " + sale.eventId()
                + " and not exists (select from notices n where n.message_id = 'issued:' || c.id)");
        if (untold > 0) open.add("notices: " + untold + " coupons whose owner was never told");
        refusals(sale, open);
        if (books.shelf(sale.eventId()).leases() != 0) open.add("Redis: reservations do not come to rest");
        return open;
    }

    private void refusals(Sale sale, List<String> open) {
        for (String reason : REFUSALS) {
            long counted = books.count("select coalesce(sum(refused), 0) from refusals where event_id = "
                    + sale.eventId() + " and reason = '" + reason + "'");
            long answered = sale.answered(reason);
            boolean exact = sale.fresh() && sale.heardAll();
            if (exact ? counted != answered : counted < answered) {
                open.add("the service counted " + counted + " " + reason + ", the script " + answered);
            }
        }
    }

    private void queues(List<String> found) {
        long end = System.nanoTime() + patience.toNanos();
        Map<String, Long> waiting = new TreeMap<>();
        do {
            try {
                waiting = new TreeMap<>(broker.waiting());
            } catch (Exception e) {
                found.add("queues: nobody could say what waits there: " + e);
                return;
            }
            waiting.values().removeIf(messages -> messages == 0);
        } while (!waiting.isEmpty() && System.nanoTime() - end < 0 && pause());
        waiting.forEach((queue, messages) -> found.add("queue " + queue + ": " + messages + " messages wait"));
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(250);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
