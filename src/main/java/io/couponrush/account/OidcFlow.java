package io.couponrush.account;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A login elsewhere that is under way. The client keeps it sealed, so that nothing is stored for logins that never come
 * back, and only who began one can finish it.
 *
 * @param id makes it good once
 * @param state comes back with the code
 * @param nonce comes back inside the token
 * @param verifier of PKCE; what the code is redeemed with
 * @param linkTo the user who wants to sign in there from now on; null for a login
 */
record OidcFlow(UUID id, String state, String nonce, String verifier, Instant expiresAt, @Nullable Long linkTo) {
    private static final String BOUND_TO = "oidc";
    private static final int BYTES = 32;

    static OidcFlow begin(Instant expiresAt, @Nullable Long linkTo) {
        return new OidcFlow(
                UUID.randomUUID(),
                Unguessable.text(BYTES),
                Unguessable.text(BYTES),
                Unguessable.text(BYTES),
                expiresAt,
                linkTo);
    }

    String closed(Seal seal) {
        byte[] json = new JsonObject()
                .put("id", id.toString())
                .put("state", state)
                .put("nonce", nonce)
                .put("verifier", verifier)
                .put("expiresAt", expiresAt.getEpochSecond())
                .put("linkTo", linkTo)
                .toBuffer()
                .getBytes();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(seal.close(json, BOUND_TO));
    }

    /** What was sealed here, or nothing. */
    static Optional<OidcFlow> open(String text, Seal seal) {
        try {
            return seal.open(Base64.getUrlDecoder().decode(text), BOUND_TO).map(OidcFlow::of);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static OidcFlow of(byte[] sealed) throws DecodeException {
        var json = new JsonObject(Buffer.buffer(sealed));
        return new OidcFlow(
                UUID.fromString(json.getString("id")),
                json.getString("state"),
                json.getString("nonce"),
                json.getString("verifier"),
                Instant.ofEpochSecond(json.getLong("expiresAt")),
                json.getLong("linkTo"));
    }

    @Override
    public String toString() {
        return "login elsewhere " + id;
    }
}
