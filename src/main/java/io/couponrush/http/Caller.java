package io.couponrush.http;

import java.util.UUID;

/**
 * Who asks, from a verified access token.
 *
 * @param sessionId ends with logout; every token of one login carries the same
 * @param withoutSecondFactor whether the role asks for a second factor that was not shown: its privileges are held back
 */
public record Caller(long userId, String email, Role role, UUID sessionId, boolean withoutSecondFactor) {
    /** Somebody whose role asks for no more than was shown. */
    public Caller(long userId, String email, Role role, UUID sessionId) {
        this(userId, email, role, sessionId, false);
    }

    public boolean may(Permission permission) {
        return permission.isGivenTo(role) && !isHeldBack(permission);
    }

    /** Why the caller may not. */
    ProblemCode refusal(Permission permission) {
        return permission.isGivenTo(role) && isHeldBack(permission)
                ? ProblemCode.SECOND_FACTOR_REQUIRED
                : ProblemCode.FORBIDDEN;
    }

    private boolean isHeldBack(Permission permission) {
        return withoutSecondFactor && permission.isPrivileged();
    }
}
