/**
 * Users, passwords, tokens, sessions, roles. Knows {@code audit}, {@code http}, {@code bus}, {@code config}; no other package
 * knows more of it than {@link io.couponrush.account.AccountFeature}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.account;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
