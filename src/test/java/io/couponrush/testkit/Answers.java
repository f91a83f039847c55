package io.couponrush.testkit;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.couponrush.testkit.Answer.Press;
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
    public Answers and(Answers later) {
        return new Answers(Stream.concat(all.stream(), later.all.stream()).toList());
    }

    public List<Answer> issued() {
        return all.stream().filter(Answer::issued).toList();
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
     * Every way in which the answers and the rows of that campaign do not fit (I4, I5, I6, and I15 for a campaign that
     * sold out once). Where a press without a key has no answer, its row is nobody's fault.
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
        soldOutAndIssued(book, found);
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

    private void soldOutAndIssued(Book book, List<String> found) {
        if (book.generation() != 1) return;
        long known = refusedWith("COUPON_SOLD_OUT").stream()
                .mapToLong(Answer::ended)
                .reduce(Long.MAX_VALUE, (a, b) -> a - b < 0 ? a : b);
        if (known == Long.MAX_VALUE) return;
        Map<Press, Long> firstTries = new HashMap<>();
        all.forEach(a -> firstTries.merge(a.press(), a.started(), (x, y) -> x - y < 0 ? x : y));
        issued().stream()
                .filter(a -> !a.replayed() && firstTries.get(a.press()) - known > 0)
                .forEach(a -> found.add("issued after it was sold out: " + a.body()));
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
