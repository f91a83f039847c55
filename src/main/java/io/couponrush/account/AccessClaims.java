package io.couponrush.account;

import io.couponrush.http.Caller;
import io.couponrush.http.Role;
import io.vertx.core.json.JsonObject;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an access token says. Times are seconds since 1970, as in the token. */
record AccessClaims(Caller caller, String tokenId, long issuedAt, long notBefore, long expiresAt) {
    /** Both who makes the tokens and whom they are for. */
    static final String US = "couponrush";

    /** There, and true, where the role asks for a second factor that was not shown. */
    private static final String WITHOUT_SECOND_FACTOR = "no2f";

    private static final int TOKEN_ID_MAX = 128;

    JsonObject toJson() {
        var json = new JsonObject()
                .put("sub", caller.email())
                .put("userId", caller.userId())
                .put("role", caller.role().name())
                .put("sid", caller.sessionId().toString())
                .put("jti", tokenId)
                .put("iss", US)
                .put("aud", US)
                .put("iat", issuedAt)
                .put("exp", expiresAt);
        return caller.withoutSecondFactor() ? json.put(WITHOUT_SECOND_FACTOR, true) : json;
    }

    /**
     * The claims of a token whose signature holds: every one is there and has its type, and the token is from us for us.
     *
     * @throws IllegalArgumentException or another RuntimeException when that is not so
     */
    static AccessClaims of(JsonObject json) {
        require(US.equals(json.getValue("iss")) && US.equals(json.getValue("aud")));
        boolean heldBack = json.containsKey(WITHOUT_SECOND_FACTOR);
        require(!heldBack || Boolean.TRUE.equals(json.getValue(WITHOUT_SECOND_FACTOR)));
        Caller caller = new Caller(
                whole(json.getValue("userId")),
                text(json.getValue("sub")),
                Role.valueOf(text(json.getValue("role"))),
                uuid(text(json.getValue("sid"))),
                heldBack);
        require(caller.userId() > 0 && caller.email().indexOf('@') > 0);
        String tokenId = text(json.getValue("jti"));
        require(!tokenId.isEmpty() && tokenId.length() <= TOKEN_ID_MAX);
        long notBefore = json.containsKey("nbf") ? whole(json.getValue("nbf")) : 0;
        return new AccessClaims(caller, tokenId, whole(json.getValue("iat")), notBefore, whole(json.getValue("exp")));
    }

    private static long whole(@Nullable Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw new IllegalArgumentException("not a whole number");
    }

    private static String text(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("not a text");
    }

    private static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        require(uuid.toString().equals(text));
        return uuid;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not a token of ours");
        }
    }
}
