package io.couponrush.account;

import java.time.Duration;

/** What a client signs in with from now on. */
record Tokens(String accessToken, RefreshToken refreshToken, Duration expiresIn) {
    @Override
    public String toString() {
        return "****";
    }
}
