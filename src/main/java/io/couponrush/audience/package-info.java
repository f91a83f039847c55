/**
 * Whom restricted campaigns are for: the lists of their guests, and how the staff brings and changes them. Knows {@code
 * campaign}, {@code audit}, {@code http}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.audience;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
