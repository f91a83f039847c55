package io.couponrush.issuance;

import io.couponrush.bus.Addresses;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/** Tells the relay of this node that coupons were issued, at most once per turn of the event loop: a batch is answered in one. */
final class RelayWake {
    private static final DeliveryOptions THIS_NODE = new DeliveryOptions().setLocalOnly(true);

    private final EventBus bus;
    private final Timers timers;
    private int coupons;

    RelayWake(EventBus bus, Timers timers) {
        this.bus = bus;
        this.timers = timers;
    }

    void issued() {
        coupons++;
        if (coupons == 1) {
            timers.soon(() -> {
                bus.publish(Addresses.OUTBOX_WRITTEN, coupons, THIS_NODE);
                coupons = 0;
            });
        }
    }
}
