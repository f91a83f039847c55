/** What the service is measured against, and what reads the measurements; {@code scripts/loadtest} runs them. */
@NullMarked
package io.couponrush.bench;

import org.jspecify.annotations.NullMarked;
