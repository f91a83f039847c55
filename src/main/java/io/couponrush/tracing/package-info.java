/**
 * Traces: which exchanges are sampled, the parts they are made of, and the way of these to a collector. Nobody else knows
 * the library that records them.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.tracing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
