/**
 * Who wants to hear of a campaign: before it starts, and first when its stock returns. Knows {@code campaign},
 * {@code http} and {@code timing}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.interest;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
