package io.couponrush.notification;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads messages as strictly as if a stranger had sent them: whoever may publish could have. */
final class MessageReader {
    private static final int BODY_MAX = 16 * 1024;
    private static final Pattern MESSAGE_ID = Pattern.compile("[!-~]{1,200}");
    private static final Set<String> OF_COUPON =
            Set.of("coupon.issued", "coupon.used", "coupon.expiring", "coupon.expired");
    private static final Set<String> TO_USER_OF_EVENT = Set.of("coupon.starting", "coupon.available", "coupon.drawn");
    private static final Set<String> TO_EVENT = Set.of("coupon.soldout", "coupon.reopened", "coupon.event");

    private MessageReader() {}

    /** What a message is: one that makes sense, or none. */
    sealed interface Reading {}

    record Good(Incoming message) implements Reading {}

    record Poison(String why) implements Reading {}

    static Reading read(@Nullable String messageId, Buffer body) {
        if (messageId == null || !MESSAGE_ID.matcher(messageId).matches()) {
            return new Poison("no message id");
        }
        if (body.length() > BODY_MAX) {
            return new Poison("too big: " + body.length() + " bytes");
        }
        try {
            return read(messageId, new JsonObject(body));
        } catch (DecodeException | ClassCastException | DateTimeException e) {
            return new Poison(e.getClass().getSimpleName());
        }
    }

    private static Reading read(String messageId, JsonObject json) {
        String type = json.getString("type");
        String timestamp = json.getString("timestamp");
        JsonObject data = json.getJsonObject("data");
        if (type == null || timestamp == null || data == null) {
            return new Poison("no type, timestamp or data");
        }
        boolean ofCoupon = OF_COUPON.contains(type);
        boolean toUser = ofCoupon || TO_USER_OF_EVENT.contains(type);
        if (!toUser && !TO_EVENT.contains(type)) {
            return new Poison("unknown type");
        }
        long eventId = id(data, "eventId");
        long userId = toUser ? id(data, "userId") : 0;
        long couponId = ofCoupon ? id(data, "couponId") : 0;
        if (eventId < 1 || (toUser && userId < 1) || (ofCoupon && couponId < 1)) {
            return new Poison("no eventId, userId or couponId");
        }
        String body = new JsonObject()
                .put("type", type)
                .put("timestamp", Instant.parse(timestamp).toString())
                .put("data", data)
                .encode();
        return new Good(
                new Incoming(messageId, type, toUser ? userId : null, ofCoupon ? couponId : null, eventId, body));
    }

    /** 0 where there is no whole number. */
    private static long id(JsonObject data, String name) {
        Object value = data.getValue(name);
        return value instanceof Integer || value instanceof Long ? ((Number) value).longValue() : 0;
    }
}
