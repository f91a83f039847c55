package io.couponrush.fault;

import io.couponrush.testkit.Service;
import io.couponrush.testkit.Web;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Every counter of ours that a node shows at {@code /metrics}, by its name without prefix and suffix. */
record Counters(Map<String, Long> byName) {
    private static final Pattern LINE = Pattern.compile("couponrush_(\\w+)_total(?:\\{(.*)})? (\\S+)");

    static Counters of(Service node) {
        Map<String, Long> counts = new HashMap<>();
        Web.anybody(node).get("/metrics").text().lines().forEach(line -> {
            var found = LINE.matcher(line);
            if (!found.matches()) return;
            String labels = found.group(2) == null ? "" : " " + found.group(2).replaceAll("\\w+=\"|\"", "");
            counts.merge(found.group(1) + labels, (long) Double.parseDouble(found.group(3)), Long::sum);
        });
        return new Counters(counts);
    }

    /** What it counted since; a process that was started anew began at 0. */
    Counters since(Counters before) {
        Map<String, Long> grown = new HashMap<>();
        byName.forEach((name, count) -> {
            long old = before.byName.getOrDefault(name, 0L);
            grown.put(name, count >= old ? count - old : count);
        });
        return new Counters(grown);
    }

    Counters and(Counters other) {
        Map<String, Long> sum = new HashMap<>(byName);
        other.byName.forEach((name, count) -> sum.merge(name, count, Long::sum));
        return new Counters(sum);
    }

    long get(String name) {
        Long count = byName.get(name);
        if (count == null) throw new IllegalArgumentException(name + " is none of " + byName.keySet());
        return count;
    }

    /** Those of interest that are not 0, for people. */
    @Override
    public String toString() {
        var words = new StringBuilder();
        byName.entrySet().stream()
                .filter(e -> e.getValue() != 0
                        && !e.getKey().startsWith("http")
                        && !e.getKey().startsWith("socket"))
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> words.append(e.getKey())
                        .append('=')
                        .append(e.getValue())
                        .append(' '));
        return words.toString().trim();
    }
}
