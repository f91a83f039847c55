package io.couponrush.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** {@code couponrush_claims_total} by outcome, as {@code /metrics} shows it. */
public record ClaimMeters(Map<String, Long> byOutcome) {
    private static final Pattern LINE = Pattern.compile("couponrush_claims_total\\{.*outcome=\"([^\"]+)\".*} (\\S+)");

    public static ClaimMeters of(Service service) {
        Map<String, Long> counts = new HashMap<>();
        Web.anybody(service).get("/metrics").text().lines().forEach(line -> {
            var found = LINE.matcher(line);
            if (found.matches()) counts.put(found.group(1), (long) Double.parseDouble(found.group(2)));
        });
        return new ClaimMeters(counts);
    }

    /** What has been counted since; outcomes that were not are left out. */
    public Map<String, Long> since(ClaimMeters before) {
        Map<String, Long> grown = new TreeMap<>();
        byOutcome.forEach((outcome, count) -> {
            long more = count - before.byOutcome.getOrDefault(outcome, 0L);
            if (more != 0) grown.put(outcome, more);
        });
        return grown;
    }
}
