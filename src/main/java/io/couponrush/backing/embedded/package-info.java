/**
 * Real Postgres, Redis and an AMQP broker from Maven artifacts, for one machine without any of them. Knows nothing
 * of ours.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.backing.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
