package io.couponrush.http;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;

/**
 * What a caller may do. Each route names the one that it needs, and the table below is the only place that says which
 * roles have it.
 */
public enum Permission {
    /** Have an account, claim coupons and use them. */
    TAKE_PART,
    /** Make, change, copy, pause, resume and end campaigns, and call coupons back. */
    RUN_CAMPAIGNS,
    /** Read how campaigns go: statistics, coupons, exports. */
    READ_STAFF,
    /** Give coupons to users by name, and say who belongs to an audience. */
    GRANT_COUPONS,
    /** Read the e-mails of others unmasked. */
    SEE_PERSONAL_DATA,
    SEE_AUDIT,
    MANAGE_PARTNERS,
    /** Find users and change their roles. */
    MANAGE_USERS;

    private static final Map<Role, Set<Permission>> TABLE = Map.of(
            Role.USER, Set.of(TAKE_PART),
            Role.PARTNER, Set.of(GRANT_COUPONS),
            Role.STAFF, Set.of(TAKE_PART, RUN_CAMPAIGNS, READ_STAFF, GRANT_COUPONS),
            Role.ADMIN, Set.of(values()));

    public boolean isGivenTo(Role role) {
        return requireNonNull(TABLE.get(role)).contains(this);
    }

    /** Whether it takes more than to be a user. */
    boolean isPrivileged() {
        return !isGivenTo(Role.USER);
    }
}
