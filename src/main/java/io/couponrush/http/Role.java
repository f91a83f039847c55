package io.couponrush.http;

/** Who a caller is to us. What that allows is said by {@link Permission} alone. */
public enum Role {
    USER,
    /** Another system, which signs in with a secret of its own. */
    PARTNER,
    STAFF,
    ADMIN
}
