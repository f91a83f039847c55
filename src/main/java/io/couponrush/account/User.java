package io.couponrush.account;

import io.couponrush.http.Role;

/** Who can sign in. The password is not part of it. */
record User(long userId, String email, String name, Role role) {}
