package io.couponrush.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What is left of the live events, one series each, for a bounded number of events. */
final class LiveStock {
    static final int EVENTS = 100;

    private final MeterRegistry registry;
    private final Map<Long, Shown> shown = new HashMap<>();

    private record Shown(AtomicLong remaining, Gauge gauge) {}

    LiveStock(MeterRegistry registry) {
        this.registry = registry;
    }

    synchronized void tell(long eventId, long remaining) {
        Shown event = shown.get(eventId);
        if (event == null && shown.size() < EVENTS) {
            event = show(eventId);
            shown.put(eventId, event);
        }
        if (event != null) {
            event.remaining().set(remaining);
        }
    }

    synchronized void forget(long eventId) {
        Shown event = shown.remove(eventId);
        if (event != null) {
            var unused = registry.remove(event.gauge());
        }
    }

    private Shown show(long eventId) {
        var remaining = new AtomicLong();
        Gauge gauge = Gauge.builder("couponrush.stock.remaining", remaining, AtomicLong::get)
                .description("Coupons left of a live event")
                .tag("event", Long.toString(eventId))
                .register(registry);
        return new Shown(remaining, gauge);
    }
}
