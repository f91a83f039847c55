package io.couponrush.ops;

import io.couponrush.http.Connections.Cut;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The connections of a node's HTTP ports. */
final class ConnectionMeters {
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Cut, Counter> cut = new EnumMap<>(Cut.class);

    ConnectionMeters(MeterRegistry registry) {
        Gauge.builder("couponrush.http.connections", open, AtomicInteger::get)
                .description("Open connections of HTTP and WebSockets")
                .register(registry);
        for (Cut why : Cut.values()) {
            cut.put(
                    why,
                    Counter.builder("couponrush.http.connections.cut")
                            .description("Connections closed without an answer")
                            .tag("why", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    void change(int by) {
        open.addAndGet(by);
    }

    void cut(Cut why) {
        Counter counter = cut.get(why);
        if (counter != null) {
            counter.increment();
        }
    }
}
