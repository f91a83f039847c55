package io.couponrush.account;

import io.couponrush.http.Role;
import io.vertx.core.json.JsonObject;

/** Who can sign in. The password is not part of it. */
record User(long userId, String email, String name, Role role) {
    /** The API's Me. */
    JsonObject json() {
        return new JsonObject()
                .put("userId", userId)
                .put("email", email)
                .put("name", name)
                .put("role", role.name());
    }
}
