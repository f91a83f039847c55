/**
 * Coupons that partners and the staff give to users by name, over HTTP or by message, through the same claim protocol as
 * everything that is issued. Knows {@code issuance} by its client, {@code campaign}, {@code audit}, {@code http}, {@code ops},
 * {@code bus}, {@code backing} and {@code timing}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.grant;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
