package io.couponrush.http;

/** What a caller may do. ADMIN may do all that USER may. */
public enum Role {
    USER,
    ADMIN
}
