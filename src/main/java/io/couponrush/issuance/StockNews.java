package io.couponrush.issuance;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.StockTurned;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells that a campaign is sold out: every node once per generation, this node whenever it is heard again, so that its
 * shortcut stays lit.
 */
final class StockNews {
    private static final int REMEMBERED = 10_000;

    /** A third of the time that the shortcut stays lit. */
    private static final long REPEAT = TimeUnit.MILLISECONDS.toNanos(300);

    private static final DeliveryOptions THIS_NODE = new DeliveryOptions().setLocalOnly(true);

    private final EventBus bus;
    private final LongSupplier nanoTime;
    private final Map<Long, Told> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Told> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Told(int generation, long at) {}

    StockNews(EventBus bus, LongSupplier nanoTime) {
        this.bus = bus;
        this.nanoTime = nanoTime;
    }

    void soldOut(long eventId, int generation) {
        long now = nanoTime.getAsLong();
        Told before = told.get(eventId);
        var news = new StockTurned(eventId, generation);
        if (before == null || before.generation() != generation) {
            told.put(eventId, new Told(generation, now));
            bus.publish(Addresses.STOCK_TURNED, news);
        } else if (now - before.at() >= REPEAT) {
            told.put(eventId, new Told(generation, now));
            bus.publish(Addresses.STOCK_TURNED, news, THIS_NODE);
        }
    }
}
