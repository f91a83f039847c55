package io.couponrush.account;

import io.couponrush.http.Role;
import io.vertx.core.json.JsonObject;

/**
 * Who can sign in. The password is not part of it.
 *
 * @param credentialsVersion how often that which they sign in with had been changed when this was read
 */
record User(long userId, String email, String name, Role role, int credentialsVersion) {
    /** The API's Me. */
    JsonObject json() {
        return new JsonObject()
                .put("userId", userId)
                .put("email", email)
                .put("name", name)
                .put("role", role.name());
    }
}
