package io.couponrush.bench;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** How long answers took, by outcome, each measured from when its request was due. For one thread. */
final class Times {
    private final Map<String, Micros> byOutcome = new TreeMap<>();

    private static final class Micros {
        private int[] all = new int[1_024];
        private int count;

        void add(int micros) {
            if (count == all.length) all = Arrays.copyOf(all, count * 2);
            all[count++] = micros;
        }
    }

    void add(String outcome, long nanos) {
        byOutcome.computeIfAbsent(outcome, unused -> new Micros()).add((int)
                Math.min(Integer.MAX_VALUE, nanos / 1_000));
    }

    int count() {
        return byOutcome.values().stream().mapToInt(micros -> micros.count).sum();
    }

    /** In milliseconds, of all answers; 0 when there are none. */
    double percentile(double percent) {
        return percentile(
                byOutcome.values().stream()
                        .flatMapToInt(micros -> Arrays.stream(micros.all, 0, micros.count))
                        .sorted()
                        .toArray(),
                percent);
    }

    private static double percentile(int[] sorted, double percent) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e3;
    }

    /** One row of a table for each outcome, and one for all. */
    String table() {
        var table = new StringBuilder(
                "| answer | times | p50 ms | p95 ms | p99 ms | max ms |\n|---|---:|---:|---:|---:|---:|\n");
        byOutcome.forEach((outcome, micros) -> row(
                table,
                outcome,
                Arrays.stream(micros.all, 0, micros.count).sorted().toArray()));
        row(
                table,
                "all",
                byOutcome.values().stream()
                        .flatMapToInt(micros -> Arrays.stream(micros.all, 0, micros.count))
                        .sorted()
                        .toArray());
        return table.toString();
    }

    private static void row(StringBuilder table, String name, int[] sorted) {
        table.append(String.format(
                "| %s | %,d | %.1f | %.1f | %.1f | %.1f |%n",
                name,
                sorted.length,
                percentile(sorted, 50),
                percentile(sorted, 95),
                percentile(sorted, 99),
                percentile(sorted, 100)));
    }
}
