package io.couponrush.issuance;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.StockTurned;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells that a campaign is sold out: every node once per generation, this node whenever it is heard again, so that its
 * shortcut stays lit.
 */
final class StockNews {
    private static final int REMEMBERED = 10_000;
    private static final DeliveryOptions THIS_NODE = new DeliveryOptions().setLocalOnly(true);

    private final EventBus bus;
    private final Map<Long, Integer> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
            return size() > REMEMBERED;
        }
    };

    StockNews(EventBus bus) {
        this.bus = bus;
    }

    void soldOut(long eventId, int generation) {
        Integer before = told.put(eventId, generation);
        var news = new StockTurned(eventId, generation);
        if (before != null && before == generation) {
            bus.publish(Addresses.STOCK_TURNED, news, THIS_NODE);
        } else {
            bus.publish(Addresses.STOCK_TURNED, news);
        }
    }
}
