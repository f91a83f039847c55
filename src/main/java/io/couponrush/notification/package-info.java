/**
 * What browsers hear: the bridge from the bus to their sockets. Knows {@code campaign}, {@code http}, {@code ops},
 * {@code bus}, {@code config}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.notification;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
