/** The program: command line, and the whole object graph wired in one place. Knows everything; nothing points back. */
@NullMarked
@CheckReturnValue
package io.couponrush;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
