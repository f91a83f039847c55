/**
 * The HTTP platform: server, routes, callers, problems, strict JSON, limits. Knows no feature; knows {@code backing},
 * {@code config}, {@code bus}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.http;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
