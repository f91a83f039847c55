package io.couponrush.http;

import java.util.UUID;

/**
 * Who asks, from a verified access token.
 *
 * @param sessionId ends with logout; every token of one login carries the same
 */
public record Caller(long userId, String email, Role role, UUID sessionId) {
    public boolean may(Permission permission) {
        return permission.isGivenTo(role);
    }
}
