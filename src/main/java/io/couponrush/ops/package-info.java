/**
 * What operators see: meters in domain words, health, the API document. Knows {@code http}, {@code bus}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.ops;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
