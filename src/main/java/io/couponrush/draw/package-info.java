/**
 * Campaigns that draw their winners: entering, deciding, issuing to the winners and telling the others. Knows {@code issuance}
 * by its client, {@code campaign}, {@code http}, {@code ops}, {@code bus} and {@code timing}.
 */
@NullMarked
@CheckReturnValue
package io.couponrush.draw;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
