package io.couponrush.account;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Another system that signs in with a secret of its own.
 *
 * @param partnerId its id among the users, as tokens and the audit log carry it
 * @param revokedAt since when it may not sign in any more; null while it may
 */
record Partner(long partnerId, String clientId, String name, Instant createdAt, @Nullable Instant revokedAt) {
    JsonObject json() {
        return new JsonObject()
                .put("partnerId", partnerId)
                .put("clientId", clientId)
                .put("name", name)
                .put("createdAt", createdAt.toString())
                .put("revokedAt", revokedAt == null ? null : revokedAt.toString());
    }
}
