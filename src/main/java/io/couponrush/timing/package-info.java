/** When to do something again: in rounds, or after a failure. Knows nothing of ours. */
@NullMarked
@CheckReturnValue
package io.couponrush.timing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
