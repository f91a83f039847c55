package io.couponrush.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the faults of this run came to, for people: {@code target/faults.md}. */
final class FaultTable {
    private static final Path FILE = Path.of("target", "faults.md");
    private static final List<Row> ROWS = new ArrayList<>();

    /**
     * A line.
     *
     * @param recovery seconds from the end of the fault until the pace was what it had been
     * @param mayTake seconds it should take at most, on a machine that does nothing else
     */
    record Row(
            String fault,
            String injected,
            int claims,
            int acknowledged,
            long lost,
            long oversold,
            long overLimit,
            long refusedButIssued,
            long stranded,
            double recovery,
            double mayTake,
            String noticed) {
        static Row of(String fault, String injected, Reckoning end, double recovery, double mayTake, String noticed) {
            return new Row(
                    fault,
                    injected,
                    end.claims(),
                    end.all().coupons().size(),
                    end.lost(),
                    end.oversold(),
                    end.overLimit(),
                    end.refusedButIssued(),
                    end.stranded(),
                    recovery,
                    mayTake,
                    noticed);
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %.1f | %.0f | %s |",
                    fault,
                    injected,
                    claims,
                    acknowledged,
                    lost,
                    oversold,
                    overLimit,
                    refusedButIssued,
                    stranded,
                    recovery,
                    mayTake,
                    noticed);
        }
    }

    private FaultTable() {}

    static synchronized void add(Row row) {
        ROWS.add(row);
    }

    static synchronized void show() {
        if (ROWS.isEmpty()) return;
        var text = new StringBuilder("| fault | injected | claims | acknowledged | lost | oversold | over limit"
                + " | refused but issued | stranded | recovery s | aim s | noticed |\n");
        text.append("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\n");
        ROWS.forEach(row -> text.append(row.text()).append('\n'));
        System.out.print(text);
        try {
            Files.writeString(FILE, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
