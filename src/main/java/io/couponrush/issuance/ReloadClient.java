package io.couponrush.issuance;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.CampaignChanged;
import io.couponrush.campaign.StockReload;
import io.couponrush.config.Settings;
import io.couponrush.config.Settings.Role;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;

/** Asks issuing, on this node or where {@code issuance.remote} allows it on another, to load Redis anew. From any thread. */
public final class ReloadClient implements StockReload {
    private static final Duration WITHIN = Duration.ofSeconds(2);

    private final EventBus bus;
    private final boolean remote;
    private final DeliveryOptions options;

    public ReloadClient(EventBus bus, Settings settings) {
        this.bus = bus;
        remote = isRemote(settings);
        options = new DeliveryOptions().setLocalOnly(!remote).setSendTimeout(WITHIN.toMillis());
    }

    /** When it fails nobody knows whether it was. */
    @Override
    public Future<Void> reload(long eventId) {
        String address = remote ? Addresses.RELOAD_STOCK_REMOTE : Addresses.RELOAD_STOCK;
        return bus.request(address, new CampaignChanged(eventId), options).mapEmpty();
    }

    /** Whether this process leaves issuing to others. */
    static boolean isRemote(Settings settings) {
        return settings.issuance().remote() && !settings.roles().contains(Role.ISSUANCE);
    }
}
