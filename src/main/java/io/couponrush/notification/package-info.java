/**
 * From the broker's queues to the browsers: messages become notices, are kept for replay, told to every node and bridged
 * from the bus to the sockets. Knows {@code campaign}, {@code http}, {@code ops}, {@code bus}, {@code backing}, {@code
 * timing}, {@code config}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.notification;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
