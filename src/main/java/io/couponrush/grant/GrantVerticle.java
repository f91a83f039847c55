package io.couponrush.grant;

import io.couponrush.backing.RabbitConsumers;
import io.couponrush.backing.RabbitConsumers.Source;
import io.couponrush.backing.RabbitConsumers.Watch;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.CampaignNews;
import io.couponrush.campaign.Campaigns;
import io.couponrush.grant.GrantInbox.Answered;
import io.couponrush.http.Contract;
import io.couponrush.ops.DeliveryMeters;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Grants what is asked for on the queue {@code coupon.grants}, as long as it lives. */
public final class GrantVerticle extends VerticleBase {
    private static final int PREFETCH = 64;
    private static final long LOOK_MS = 250;
    private static final long FINISH_MS = 2_000;

    private final String uri;
    private final RabbitTopology topology;
    private final Contract contract;
    private final Campaigns campaigns;
    private final GrantDesk desk;
    private final GrantStore store;
    private final CampaignNews news;
    private final DeliveryMeters meters;

    private GrantInbox inbox;
    private volatile RabbitConsumers consumers;

    /**
     * Makes the verticle.
     *
     * @param uri of the broker
     */
    public GrantVerticle(
            String uri,
            RabbitTopology topology,
            Contract contract,
            Campaigns campaigns,
            GrantDesk desk,
            GrantStore store,
            CampaignNews news,
            DeliveryMeters meters) {
        this.uri = uri;
        this.topology = topology;
        this.contract = contract;
        this.campaigns = campaigns;
        this.desk = desk;
        this.store = store;
        this.news = news;
        this.meters = meters;
    }

    /** What keeps messages from being consumed, or nothing. From any thread. */
    public String trouble() {
        return consumers.connected() ? "" : "grants not connected";
    }

    /** Does not wait for the broker. */
    @Override
    public Future<?> start() {
        inbox = new GrantInbox(vertx, this::grant, store, contract.checker("GrantMessage"), news, meters);
        var source = new Source(uri, "couponrush grants", topology, List.of(topology.grants()), PREFETCH);
        consumers = new RabbitConsumers(vertx, source, inbox::take, new Watch() {
            @Override
            public void connected(boolean is) {
                // asked for by trouble()
            }

            @Override
            public void reconnected() {
                meters.reconnected();
            }
        });
        vertx.setPeriodic(LOOK_MS, id -> consumers.look());
        consumers.connect();
        return Future.succeededFuture();
    }

    /** What is being granted is answered and acknowledged; the broker gives the rest to others. */
    @Override
    public Future<?> stop() {
        consumers.retire();
        return inbox.idle().timeout(FINISH_MS, TimeUnit.MILLISECONDS).transform(finished -> consumers.close());
    }

    private Future<Answered> grant(GrantRequest request) {
        return campaigns
                .fresh(request.eventId())
                .compose((Campaign campaign) -> campaign == null || campaign.draws()
                        ? Future.succeededFuture(new Granted(
                                request.userId(),
                                new Refused(campaign == null ? Refusal.EVENT_NOT_FOUND : Refusal.EVENT_IS_DRAW)))
                        : desk.grant(
                                        request.eventId(),
                                        List.of(request.userId()),
                                        GrantKey.ofMessage(request.messageId()))
                                .map(granted -> granted.get(0)))
                .map(granted -> new Answered(granted.json().put("eventId", request.eventId()), granted.open()));
    }
}
