/**
 * The language of the event bus: the records that cross it, the one list of their codecs, the one list of addresses.
 * Knows nothing of ours.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.bus;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
