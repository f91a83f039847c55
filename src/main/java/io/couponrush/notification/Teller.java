package io.couponrush.notification;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.Notice;
import io.couponrush.bus.Notices;
import io.vertx.core.eventbus.EventBus;
import java.util.List;
import java.util.UUID;

/** Tells all nodes, in numbered messages, so that a node knows when it missed one. Belongs to one event loop. */
final class Teller {
    private final EventBus bus;
    private final UUID name = UUID.randomUUID();
    private long told;

    Teller(EventBus bus) {
        this.bus = bus;
    }

    void tell(List<Notice> notices) {
        told++;
        bus.publish(Addresses.NOTICES, new Notices(notices, name, told));
    }

    /** Once a second: says how much was told until now. */
    void beat() {
        bus.publish(Addresses.NOTICES, new Notices(List.of(), name, told));
    }

    void leave() {
        beat();
        bus.publish(Addresses.NOTICES, new Notices(List.of(), name, Notices.FAREWELL));
    }
}
