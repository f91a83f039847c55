package io.couponrush.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** The browsers that listen, in numbers. Alert on {@code slow.closed} that grows: somebody's network, or our fan-out. */
public final class SocketMeters {
    private final AtomicInteger open = new AtomicInteger();
    private final Counter delivered;
    private final Counter slow;
    private final Counter refused;
    private final Counter missed;

    SocketMeters(MeterRegistry registry) {
        Gauge.builder("couponrush.sockets.open", open, AtomicInteger::get)
                .description("Browsers connected to this node")
                .register(registry);
        delivered = counter(registry, "couponrush.notices.delivered", "Messages handed to a browser's socket");
        slow = counter(registry, "couponrush.sockets.slow.closed", "Sockets closed because nobody read them");
        refused = counter(registry, "couponrush.registrations.refused", "Subscriptions that were not allowed");
        missed = counter(registry, "couponrush.notices.missed", "Times this node may have missed notices of another");
    }

    public int open() {
        return open.get();
    }

    public void opened() {
        open.incrementAndGet();
    }

    public void closed() {
        open.decrementAndGet();
    }

    public void delivered(int messages) {
        delivered.increment(messages);
    }

    public void slowClosed() {
        slow.increment();
    }

    public void registrationRefused() {
        refused.increment();
    }

    public void missed() {
        missed.increment();
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
