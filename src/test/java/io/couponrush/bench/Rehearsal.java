package io.couponrush.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a load script remembers of a run.
 *
 * @param service its URL; empty when the script did not say
 */
record Rehearsal(String service, List<Sale> sales) {
    /** A line that a script writes for a coupon with LOG_COUPONS, whatever k6 puts around it. */
    private static final Pattern COUPON = Pattern.compile("\\bcoupon (\\d+) (\\d+) (\\d+) ([0-9A-Z-]+)");

    /**
     * A campaign that was claimed.
     *
     * @param fresh whether nobody else claimed it
     * @param answers by outcome
     * @param won claims that ended with a coupon
     * @param open claims that nobody has a last word on
     */
    record Sale(String name, long eventId, boolean fresh, Map<String, Long> answers, long won, long open) {
        long answered(String outcome) {
            return answers.getOrDefault(outcome, 0L);
        }

        /** Whether each request was answered. */
        boolean heardAll() {
            return answered("no_answer") == 0 && answered("unexpected") == 0 && answered("UNAVAILABLE") == 0;
        }
    }

    /** A coupon that somebody was shown. */
    record Shown(long eventId, long couponId, long userId, String code) {}

    static Rehearsal of(JsonObject result) {
        JsonArray sales = result.getJsonArray("sales");
        if (sales == null || sales.isEmpty()) throw new IllegalArgumentException("no sales in it");
        var read = new ArrayList<Sale>();
        for (int i = 0; i < sales.size(); i++) read.add(sale(sales.getJsonObject(i)));
        return new Rehearsal(result.getString("service", ""), List.copyOf(read));
    }

    private static Sale sale(JsonObject sale) {
        var answers = new TreeMap<String, Long>();
        sale.getJsonObject("answers")
                .forEach(entry -> answers.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
        JsonObject claims = sale.getJsonObject("claims");
        return new Sale(
                sale.getString("name"),
                sale.getLong("eventId"),
                sale.getBoolean("fresh"),
                answers,
                claims.getLong("won"),
                claims.getLong("open"));
    }

    /** Each coupon once, however often it was shown. */
    static Set<Shown> shown(Path log) throws IOException {
        var shown = new HashSet<Shown>();
        try (var lines = Files.lines(log)) {
            lines.forEach(line -> {
                var found = COUPON.matcher(line);
                if (found.find()) {
                    shown.add(new Shown(
                            Long.parseLong(found.group(1)),
                            Long.parseLong(found.group(2)),
                            Long.parseLong(found.group(3)),
                            found.group(4)));
                }
            });
        }
        return shown;
    }
}
