/**
 * What becomes of a coupon after it was issued: used, cancelled, expired, revoked. Knows {@code campaign}, {@code audit},
 * {@code http}, {@code ops}, {@code bus}, {@code timing}, {@code config}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.redemption;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
