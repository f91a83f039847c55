package io.couponrush.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The way from a commit to the browsers, in numbers. Thread-safe.
 *
 * <p>Alert on an oldest unpublished row above a minute, on anything that is parked, and on poison.
 */
public final class DeliveryMeters {
    private final AtomicLong unpublished = new AtomicLong();
    private final AtomicLong oldestMillis = new AtomicLong();
    private final AtomicBoolean relayConnected = new AtomicBoolean();
    private final AtomicBoolean relayBlocked = new AtomicBoolean();
    private final AtomicBoolean consumersConnected = new AtomicBoolean();
    private final AtomicLong dead = new AtomicLong();
    private final AtomicLong unrouted = new AtomicLong();
    private final Consumer<Meters.Dependency> reconnected;
    private final Counter published;
    private final Counter returned;
    private final Counter broughtBack;
    private final Counter unconfirmed;
    private final Counter stored;
    private final Counter duplicate;
    private final Counter forgotten;
    private final Counter poison;
    private final Counter staleAcks;

    DeliveryMeters(MeterRegistry registry, Consumer<Meters.Dependency> reconnected) {
        this.reconnected = reconnected;
        gauge(registry, "couponrush.outbox.unpublished", "Outbox rows that wait for the broker", unpublished);
        Gauge.builder("couponrush.outbox.oldest.seconds", oldestMillis, millis -> millis.get() / 1_000.0)
                .description("Age of the oldest outbox row that waits for the broker")
                .register(registry);
        flag(registry, "couponrush.relay.connected", "Whether the relay has a channel to the broker", relayConnected);
        flag(registry, "couponrush.relay.blocked", "Whether the broker takes no messages for now", relayBlocked);
        flag(registry, "couponrush.consumers.connected", "Whether the consumers of notices run", consumersConnected);
        parked(registry, "dead", dead);
        parked(registry, "unrouted", unrouted);
        published = counter(registry, "couponrush.relay.published", "Messages that the broker confirmed");
        returned = counter(registry, "couponrush.relay.returned", "Messages that the broker could put nowhere");
        broughtBack =
                counter(registry, "couponrush.relay.brought.back", "Messages published again out of coupon.unrouted");
        unconfirmed = counter(registry, "couponrush.relay.unconfirmed", "Messages sent but not confirmed in time");
        stored = notices(registry, "stored");
        duplicate = notices(registry, "duplicate");
        forgotten = notices(registry, "forgotten");
        poison = notices(registry, "poison");
        staleAcks = counter(registry, "couponrush.consumers.stale.acks", "Acknowledgements of a lost connection");
    }

    /** Tells what waits in the outbox. */
    public void outbox(long rows, long oldestMillis) {
        unpublished.set(rows);
        this.oldestMillis.set(oldestMillis);
    }

    public void relay(boolean connected, boolean blocked) {
        relayConnected.set(connected);
        relayBlocked.set(blocked);
    }

    /** Counts a connection to the broker, of relay or consumers, that replaces one that was lost. */
    public void reconnected() {
        reconnected.accept(Meters.Dependency.RABBITMQ);
    }

    /** Counts a connection of the relay to Postgres that replaces one that was lost. */
    public void postgresReconnected() {
        reconnected.accept(Meters.Dependency.POSTGRES);
    }

    /** Counts what became of the messages of a batch that was sent. */
    public void sent(int confirmed, int notConfirmed) {
        published.increment(confirmed);
        unconfirmed.increment(notConfirmed);
    }

    /** Counts messages that had landed where nobody consumes them and were published again. */
    public void broughtBack(int messages) {
        broughtBack.increment(messages);
    }

    public void returned() {
        returned.increment();
    }

    /** Tells how many messages lie where nobody consumes them. */
    public void parked(long deadLetters, long unroutedMessages) {
        dead.set(deadLetters);
        unrouted.set(unroutedMessages);
    }

    public void consumers(boolean connected) {
        consumersConnected.set(connected);
    }

    public void stored(int notices) {
        stored.increment(notices);
    }

    public void duplicates(int messages) {
        duplicate.increment(messages);
    }

    /** Counts messages for users who do not exist any more. */
    public void forgotten(int messages) {
        forgotten.increment(messages);
    }

    public void poison() {
        poison.increment();
    }

    public void staleAck() {
        staleAcks.increment();
    }

    private static void gauge(MeterRegistry registry, String name, String description, AtomicLong value) {
        Gauge.builder(name, value, AtomicLong::get).description(description).register(registry);
    }

    private static void flag(MeterRegistry registry, String name, String description, AtomicBoolean value) {
        Gauge.builder(name, value, is -> is.get() ? 1 : 0)
                .description(description)
                .register(registry);
    }

    private static void parked(MeterRegistry registry, String queue, AtomicLong depth) {
        Gauge.builder("couponrush.broker.parked", depth, AtomicLong::get)
                .description("Messages in a queue that nobody consumes")
                .tag("queue", queue)
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private static Counter notices(MeterRegistry registry, String outcome) {
        return Counter.builder("couponrush.notices")
                .description("Messages consumed, by what became of them")
                .tag("outcome", outcome)
                .register(registry);
    }
}
