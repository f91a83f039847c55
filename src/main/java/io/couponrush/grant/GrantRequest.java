package io.couponrush.grant;

import io.couponrush.http.Answer;
import io.couponrush.http.Contract;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A message that asks for a coupon. */
record GrantRequest(String messageId, long eventId, long userId) {
    private static final int BODY_MAX = 4 * 1024;
    private static final Pattern MESSAGE_ID = Pattern.compile("[!-~]{1,200}");

    /** What a message is: one that makes sense, or none. */
    sealed interface Reading {}

    record Good(GrantRequest request) implements Reading {}

    record Poison(String why) implements Reading {}

    /** Reads it as strictly as if a stranger had sent it. */
    static Reading read(Contract.Checker schema, @Nullable String messageId, Buffer body) {
        if (messageId == null || !MESSAGE_ID.matcher(messageId).matches()) {
            return new Poison("no message id of 1 to 200 visible ASCII characters");
        }
        if (body.length() > BODY_MAX) {
            return new Poison("too big: " + body.length() + " bytes");
        }
        if (!(schema.check(body) instanceof Answer.Given<JsonObject> given)) {
            return new Poison("not a coupon.grant as the contract has it");
        }
        JsonObject data = given.value().getJsonObject("data");
        return new Good(new GrantRequest(messageId, data.getLong("eventId"), data.getLong("userId")));
    }
}
