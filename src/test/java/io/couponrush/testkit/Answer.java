package io.couponrush.testkit;

import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * What became of one press of the button; status 0 when there was no answer at all.
 *
 * @param started when it was sent, by {@link System#nanoTime}
 */
public record Answer(Press press, int status, MultiMap headers, String body, long started, long ended) {
    /**
     * One press of the button.
     *
     * @param key Idempotency-Key, or null
     */
    public record Press(Callers.Caller caller, long eventId, String key) {}

    static Answer none(Press press, long started, Throwable why) {
        var nothing = MultiMap.caseInsensitiveMultiMap();
        return new Answer(press, 0, nothing, String.valueOf(why), started, System.nanoTime());
    }

    public boolean issued() {
        return status == 201;
    }

    public boolean replayed() {
        return issued() && "true".equals(headers.get("Idempotency-Replayed"));
    }

    /** 201, or a refusal that stays; all else asks to be tried again. */
    public boolean isFinal() {
        return issued() || (status >= 400 && status < 500 && status != 429 && status != 408);
    }

    /** How long to wait before asking again: what it says, else a moment. */
    long retryAfterMillis() {
        String seconds = headers.get("Retry-After");
        return seconds == null ? 200 : TimeUnit.SECONDS.toMillis(Long.parseLong(seconds));
    }

    public JsonObject json() {
        return new JsonObject(body);
    }

    /** The code of a problem; null for a coupon or no answer. */
    public String code() {
        return status < 400 ? null : json().getString("code");
    }

    public String couponCode() {
        return json().getString("couponCode");
    }

    public long couponId() {
        return json().getLong("couponId");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "user " + press.caller().userId() + ", key " + press.key() + ": " + status
                + (replayed() ? " replayed " : " ") + body;
    }
}
