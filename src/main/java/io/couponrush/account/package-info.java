/**
 * Users, passwords, tokens, sessions, roles. Knows {@code http}, {@code backing}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.account;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
