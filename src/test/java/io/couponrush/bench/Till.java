package io.couponrush.bench;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the claims of one campaign came to, in the words of the load scripts. For one thread. */
final class Till {
    /** For good: business as usual. */
    private static final Set<String> REFUSALS =
            Set.of("COUPON_SOLD_OUT", "USER_LIMIT_EXCEEDED", "EVENT_NOT_STARTED", "EVENT_ENDED", "EVENT_PAUSED");

    private static final String KEY_REUSED = "IDEMPOTENCY_KEY_REUSED";
    private static final Map<Integer, Set<String>> EXPECTED = Map.of(
            409, REFUSALS,
            422, Set.of(KEY_REUSED),
            429, Set.of("RATE_LIMITED"),
            503, Set.of("OVERLOADED", "UNAVAILABLE"));

    private final String name;
    private final long eventId;
    private final int stock;
    private final Map<String, Long> answers = new TreeMap<>();
    private final Map<String, Long> claims = new TreeMap<>(Map.of("won", 0L, "refused", 0L, "open", 0L));

    Till(String name, long eventId, int stock) {
        this.name = name;
        this.eventId = eventId;
        this.stock = stock;
    }

    long eventId() {
        return eventId;
    }

    boolean isEmpty() {
        return answered("issued") >= stock;
    }

    long answered(String outcome) {
        return answers.getOrDefault(outcome, 0L);
    }

    long ended(String how) {
        return claims.getOrDefault(how, 0L);
    }

    void answer(String outcome) {
        answers.merge(outcome, 1L, Long::sum);
    }

    /** A claim is over: its last answer was this. */
    void end(String outcome) {
        String how = outcome.equals("issued") || outcome.equals("replayed")
                ? "won"
                : isRefusal(outcome) ? "refused" : "open";
        claims.merge(how, 1L, Long::sum);
    }

    /** The outcome of an answer; what the contract does not promise is {@code unexpected}. */
    static String outcome(int status, String code, boolean replayed) {
        if (status == 201) return replayed ? "replayed" : "issued";
        return EXPECTED.getOrDefault(status, Set.of()).contains(code) ? code : "unexpected";
    }

    /** Whether the claim is to be sent again with its key. */
    static boolean isShed(String outcome) {
        return outcome.equals("RATE_LIMITED") || outcome.equals("OVERLOADED") || outcome.equals("UNAVAILABLE");
    }

    private static boolean isRefusal(String outcome) {
        return REFUSALS.contains(outcome) || outcome.equals(KEY_REUSED);
    }

    /** For {@code verify}. */
    JsonObject json() {
        return new JsonObject()
                .put("name", name)
                .put("eventId", eventId)
                .put("stock", stock)
                .put("fresh", true)
                .put("answers", new JsonObject(new TreeMap<>(answers)))
                .put("claims", new JsonObject(new TreeMap<>(claims)));
    }
}
