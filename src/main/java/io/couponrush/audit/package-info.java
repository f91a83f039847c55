/**
 * What is remembered of those with privileges. A feature makes a {@link io.couponrush.audit.Deed} of each request and
 * appends its {@link io.couponrush.audit.AuditEntry} in the transaction of what it does. Knows {@code http}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.audit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
