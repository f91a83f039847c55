package io.couponrush.campaign;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.CampaignChanged;
import io.couponrush.bus.StockTurned;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/** What nodes tell each other about campaigns. Only hints: whoever misses one finds out within a second. */
public final class CampaignNews {
    private static final DeliveryOptions THIS_NODE = new DeliveryOptions().setLocalOnly(true);

    private final EventBus bus;

    public CampaignNews(EventBus bus) {
        this.bus = bus;
    }

    /** Listens for the node; done when all nodes know that it does. */
    public Future<Void> listen(Campaigns campaigns, SoldOutFlags flags) {
        var changed = bus.<CampaignChanged>consumer(
                Addresses.CAMPAIGN_CHANGED,
                m -> campaigns.changed(m.body().eventId(), m.body().version()));
        var turned = bus.<StockTurned>consumer(Addresses.STOCK_TURNED, m -> {
            flags.apply(m.body());
            campaigns.turned(m.body().eventId(), m.body().generation());
        });
        return Future.all(changed.completion(), turned.completion()).mapEmpty();
    }

    void changed(long eventId, int version) {
        bus.publish(Addresses.CAMPAIGN_CHANGED, new CampaignChanged(eventId, version));
    }

    void turned(long eventId, int generation) {
        bus.publish(Addresses.STOCK_TURNED, new StockTurned(eventId, generation));
    }

    /** A transaction of this node has put a row into the outbox. */
    public void outboxWritten() {
        bus.publish(Addresses.OUTBOX_WRITTEN, null, THIS_NODE);
    }
}
