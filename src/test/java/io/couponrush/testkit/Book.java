package io.couponrush.testkit;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * All that Postgres holds about one campaign.
 *
 * @param issued without those that were revoked, whose rows are among {@code rows}
 * @param told coupon ids in outbox rows, as often as they stand there
 * @param turns of the stock in the outbox: {@code soldout:1}, {@code reopened:2}, ...
 * @param turned when they happened: the first generation's turn first
 */
public record Book(
        long eventId,
        int total,
        int issued,
        int revoked,
        int generation,
        int perUser,
        long epoch,
        Instant start,
        Instant end,
        List<Row> rows,
        List<Long> told,
        List<String> turns,
        List<Instant> turned) {

    /**
     * A coupon.
     *
     * @param generation of the stock in which it was issued; -1 if nobody was told of it
     */
    public record Row(
            long couponId, long userId, String code, int seq, Instant issuedAt, String status, int generation) {}

    public List<String> codes() {
        return rows.stream().map(Row::code).toList();
    }

    /** Coupons of that status. */
    public List<Row> rows(String status) {
        return rows.stream().filter(row -> row.status().equals(status)).toList();
    }

    /** Which of the invariants I1, I2, I3, I10, I11 and I14 do not hold, in words. */
    public List<String> mistakes() {
        var found = new ArrayList<String>();
        int calledBack = rows("revoked").size();
        int given = rows.size() - calledBack;
        if (given > total) found.add("I1: " + given + " coupons of " + total);
        if (given != issued) found.add("I2: " + given + " coupons, counted " + issued);
        if (calledBack != revoked) found.add("I2: " + calledBack + " revoked, counted " + revoked);
        rows.stream()
                .collect(groupingBy(row -> row.userId() + "#" + row.seq(), counting()))
                .forEach((seq, n) -> {
                    if (n > 1) found.add("I3: twice " + seq);
                });
        rows.stream()
                .filter(row -> row.seq() < 1 || row.seq() > perUser)
                .forEach(row -> found.add("I3: beyond " + perUser + ": " + row));
        if (new HashSet<>(told).size() != told.size()) found.add("I10: a coupon is told twice");
        var ids = new TreeSet<>(rows.stream().map(Row::couponId).toList());
        if (!ids.equals(new TreeSet<>(told))) found.add("I10: " + ids.size() + " coupons, told " + told.size());
        var wanted = IntStream.rangeClosed(1, generation)
                .mapToObj(g -> (g % 2 == 1 ? "soldout:" : "reopened:") + g)
                .toList();
        if (!wanted.equals(turns)) found.add("I11: generation " + generation + ", told " + turns);
        if ((generation % 2 == 1) != (issued == total)) found.add("I11: " + issued + "/" + total + " in " + generation);
        rows.stream()
                .filter(row -> row.issuedAt().isBefore(start) || !row.issuedAt().isBefore(end))
                .forEach(row -> found.add("I14: outside of the window: " + row));
        return found;
    }
}
