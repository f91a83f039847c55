/**
 * Set-up of what stands behind the service: Postgres, Redis and its scripts, RabbitMQ and its topology. Knows
 * {@code timing} and {@code config}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.backing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
