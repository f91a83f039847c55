package io.couponrush.account;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** What a client signs in with from now on. */
record Tokens(String accessToken, RefreshToken refreshToken, Duration expiresIn) {
    /** The API's Tokens. */
    JsonObject json() {
        return new JsonObject()
                .put("accessToken", accessToken)
                .put("refreshToken", refreshToken.text())
                .put("tokenType", "Bearer")
                .put("expiresIn", expiresIn.toSeconds());
    }

    @Override
    public String toString() {
        return "****";
    }
}
