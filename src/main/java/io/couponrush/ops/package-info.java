/**
 * What operators see: meters in domain words, health, the API document. Knows {@code http}, {@code bus}.
 *
 * <p>There is no access log: at 100,000 requests a second it would cost more than the requests. Answers are counted and
 * timed by route; every fault is logged once, with the request id that its client saw; sign-in and staff actions are
 * logged by their features. A proxy in front can log each request.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.ops;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
