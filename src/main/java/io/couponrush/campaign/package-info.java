/**
 * Campaigns: their terms, window and stock, the staff's routes, the cache that every claim asks. Knows {@code audit},
 * {@code http}, {@code bus}, {@code backing} and {@code timing}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.campaign;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
