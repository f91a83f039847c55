package io.couponrush.issuance;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.CampaignChanged;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.config.Settings;
import io.couponrush.config.Settings.Role;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;

/**
 * The way to issuing: this node's own where it has the role; another node's only where {@code issuance.remote} says so.
 * When a future fails nobody knows what became of the request. From any thread.
 */
public final class IssuanceClient {
    private static final Duration REPLY_SLACK = Duration.ofMillis(500);
    private static final Duration RELOAD_WITHIN = Duration.ofSeconds(2);

    private final EventBus bus;
    private final boolean remote;
    private final DeliveryOptions issue;
    private final DeliveryOptions reload;

    public IssuanceClient(EventBus bus, Settings settings) {
        this.bus = bus;
        remote = settings.issuance().remote() && !settings.roles().contains(Role.ISSUANCE);
        issue = within(settings.issuance().deadline().plus(REPLY_SLACK));
        reload = within(RELOAD_WITHIN);
    }

    /** Answered within {@code issuance.deadline} and half a second. */
    Future<IssueOutcome> issue(IssueCommand command) {
        return bus.<IssueOutcome>request(remote ? Addresses.ISSUE_REMOTE : Addresses.ISSUE, command, issue)
                .map(Message::body);
    }

    /** Loads what Redis holds of a campaign anew. */
    public Future<Void> reload(long eventId) {
        String address = remote ? Addresses.RELOAD_STOCK_REMOTE : Addresses.RELOAD_STOCK;
        return bus.request(address, new CampaignChanged(eventId), reload).mapEmpty();
    }

    private DeliveryOptions within(Duration time) {
        return new DeliveryOptions().setLocalOnly(!remote).setSendTimeout(time.toMillis());
    }
}
