package io.couponrush.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What became of coupons after they were issued, in numbers. Thread-safe. */
public final class RedemptionMeters {
    private final Map<Fate, Counter> counters = new EnumMap<>(Fate.class);

    /** What may happen to an issued coupon; a use that was cancelled may be followed by another. */
    public enum Fate {
        USED,
        CANCELLED,
        REVOKED,
        WARNED,
        EXPIRED
    }

    RedemptionMeters(MeterRegistry registry) {
        for (Fate fate : Fate.values()) {
            counters.put(
                    fate,
                    Counter.builder("couponrush.coupons")
                            .description("Coupons by what became of them after they were issued")
                            .tag("fate", fate.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /** Counts coupons that this node has seen to. */
    public void became(Fate fate, int coupons) {
        Counter counter = counters.get(fate);
        if (counter != null) {
            counter.increment(coupons);
        }
    }
}
