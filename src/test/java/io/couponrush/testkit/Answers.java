package io.couponrush.testkit;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.couponrush.testkit.Answer.Press;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a crowd was answered, and whether the books agree. */
public record Answers(List<Answer> all) {
    /** How long a node may go on saying that it is sold out when stock has come back. */
    private static final Duration NEWS_TAKE = Duration.ofMillis(1_500);

    public Answers and(Answers later) {
        return new Answers(Stream.concat(all.stream(), later.all.stream()).toList());
    }

    public List<Answer> issued() {
        return all.stream().filter(Answer::issued).toList();
    }

    /** Those who were told to come back. */
    public List<Answer> deferred() {
        return all.stream().filter(a -> a.status() == 503).toList();
    }

    public List<Answer> refusedWith(String code) {
        return all.stream().filter(a -> code.equals(a.code())).toList();
    }

    /** Presses that nobody has a last word on. */
    public List<Press> open() {
        Map<Press, Boolean> ended = new HashMap<>();
        all.forEach(a -> ended.merge(a.press(), a.isFinal(), Boolean::logicalOr));
        return ended.entrySet().stream()
                .filter(e -> !e.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Distinct coupon codes. */
    public Set<String> coupons() {
        Set<String> codes = new HashSet<>();
        issued().forEach(a -> codes.add(a.couponCode()));
        return codes;
    }

    /** How often which answer, for people: {@code {201=500, COUPON_SOLD_OUT=4500}}. */
    public Map<String, Long> tally() {
        return all.stream()
                .collect(groupingBy(
                        a -> a.status() == 0 ? "no answer" : a.code() == null ? "" + a.status() : a.code(),
                        TreeMap::new,
                        counting()));
    }

    /**
     * Every way in which the answers and the rows of that campaign do not fit (I4, I5, I6, I15). Where a press without
     * a key has no answer, its row is nobody's fault.
     */
    public List<String> contradictions(Book book) {
        var found = new ArrayList<String>();
        Map<Long, Book.Row> rows = new HashMap<>();
        book.rows().forEach(row -> rows.put(row.couponId(), row));
        Map<Object, Set<Long>> byPress = new HashMap<>();
        Set<Long> given = new HashSet<>();
        for (Answer answer : all) {
            if (answer.press().eventId() != book.eventId() || !answer.issued()) continue;
            var row = rows.get(answer.couponId());
            if (row == null || !row.code().equals(answer.couponCode())) {
                found.add("acknowledged and lost: " + answer.body());
            } else if (row.userId() != answer.press().caller().userId()) {
                found.add("somebody else's coupon: " + answer.body());
            }
            given.add(answer.couponId());
            byPress.computeIfAbsent(identity(answer), p -> new HashSet<>()).add(answer.couponId());
        }
        byPress.forEach((press, coupons) -> {
            if (coupons.size() > 1) found.add("one key, several coupons: " + coupons);
        });
        if (byPress.values().stream().mapToInt(Set::size).sum() > given.size()) {
            found.add("one coupon for several presses");
        }
        if (open().isEmpty() && all.stream().noneMatch(a -> a.press().key() == null && !a.isFinal())) {
            rows.forEach((id, row) -> {
                if (!given.contains(id)) found.add("issued to nobody who was told: " + row);
            });
        }
        refusedAndIssued(found);
        soldOutAndIssued(book, rows, found);
        return found;
    }

    private static Object identity(Answer answer) {
        return answer.press().key() == null ? answer : answer.press();
    }

    /** A final refusal of a key, and a coupon for it. A key that is replayed after the sale closed is not refused. */
    private void refusedAndIssued(List<String> found) {
        Map<Press, List<Answer>> keyed =
                all.stream().filter(a -> a.press().key() != null).collect(groupingBy(Answer::press));
        keyed.forEach((press, answers) -> {
            boolean issued = answers.stream().anyMatch(Answer::issued);
            if (issued && answers.stream().anyMatch(a -> a.isFinal() && !a.issued())) {
                found.add("refused for good and issued: " + press.key());
            }
        });
    }

    /** Somebody was told that it is sold out, and somebody who asked later got a coupon of the same generation. */
    private void soldOutAndIssued(Book book, Map<Long, Book.Row> rows, List<String> found) {
        Map<Integer, Long> known = new HashMap<>();
        refusedWith("COUPON_SOLD_OUT").stream()
                .filter(a -> a.press().eventId() == book.eventId())
                .forEach(a -> known.merge(sellingBefore(a, book), a.ended(), Answers::earlier));
        Map<Press, Long> firstTries = new HashMap<>();
        all.forEach(a -> firstTries.merge(a.press(), a.started(), Answers::earlier));
        issued().stream()
                .filter(a -> !a.replayed() && rows.containsKey(a.couponId()))
                .forEach(a -> {
                    Long since = known.get(rows.get(a.couponId()).generation());
                    if (since != null && firstTries.get(a.press()) - since > 0) {
                        found.add("issued after it was sold out: " + a.body());
                    }
                });
    }

    /** The last generation in which coupons were given out that surely had begun when that was asked. */
    private static int sellingBefore(Answer answer, Book book) {
        Instant asked = Instant.now().minusNanos(System.nanoTime() - answer.started());
        int selling = 0;
        for (int turn = 1; turn < book.turned().size(); turn += 2) {
            if (book.turned().get(turn).plus(NEWS_TAKE).isBefore(asked)) selling = turn + 1;
        }
        return selling;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /** The answers to each user. */
    public Map<Long, List<Answer>> byUser() {
        return by(a -> a.press().caller().userId());
    }

    public Map<String, List<Answer>> byKey() {
        return by(a -> a.press().key());
    }

    private <K> Map<K, List<Answer>> by(Function<Answer, K> question) {
        return all.stream().collect(groupingBy(question));
    }
}
