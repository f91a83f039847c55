/**
 * The claim: reserve in Redis, persist in Postgres, acknowledge, settle; and what survives every crash. Knows
 * {@code campaign}, {@code http}, {@code ops}, {@code bus}, {@code backing}, {@code timing}, {@code config}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.issuance;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
