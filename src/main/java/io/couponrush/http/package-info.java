/**
 * The HTTP platform: server, routes, callers, problems, strict JSON, limits. Knows no feature; knows {@code config}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.http;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
