/**
 * Settings as records that are valid once they exist, the loader that tells every mistake at once, secrets. Knows
 * nothing of ours.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.config;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
