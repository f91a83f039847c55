/**
 * What the staff reads about campaigns: statistics, coupons, exports. Changes nothing. Knows {@code campaign}, {@code
 * audit}, {@code http}, {@code bus}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.staff;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
