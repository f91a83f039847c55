package io.couponrush;

import static java.util.Objects.requireNonNull;

import io.couponrush.audience.AudienceRoutes;
import io.couponrush.audience.AudienceStore;
import io.couponrush.audience.Places;
import io.couponrush.audit.AuditTrail;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.campaign.CampaignNews;
import io.couponrush.campaign.CampaignOffice;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.PartnerEventRoutes;
import io.couponrush.campaign.PartnerEventStore;
import io.couponrush.campaign.PartnerEvents;
import io.couponrush.config.Settings;
import io.couponrush.draw.DrawRoutes;
import io.couponrush.draw.DrawStore;
import io.couponrush.draw.DrawVerticle;
import io.couponrush.grant.GrantDesk;
import io.couponrush.grant.GrantRoutes;
import io.couponrush.grant.GrantStore;
import io.couponrush.grant.GrantVerticle;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Routes;
import io.couponrush.issuance.SharedIssuance;
import io.couponrush.ops.Meters;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What other systems reward their users with: campaigns for those on a list, coupons by name, draws. Made once for a node. */
final class Rewards {
    private static final int IMPORTS = 4;
    private static final int GRANTS = 4;

    private final Contract contract;
    private final Campaigns campaigns;
    private final CampaignNews news;
    private final CampaignOffice office;
    private final Meters meters;
    private final PartnerEventStore partnerEvents;
    private final AudienceStore audience;
    private final GrantStore grants;
    private final DrawStore draws;
    private final SharedIssuance issuance;
    private final RateLimiter limiter;
    private final GrantDesk desk;
    private final Places importing = new Places(IMPORTS);
    private final Semaphore granting = new Semaphore(GRANTS);

    /**
     * Makes the parts.
     *
     * @param patient for what takes longer than a statement may
     * @param limiter of issuing, per user
     */
    Rewards(
            Pool pool,
            Pool patient,
            Contract contract,
            Campaigns campaigns,
            CampaignNews news,
            CampaignOffice office,
            SharedIssuance issuance,
            Meters meters,
            RateLimiter limiter) {
        this.contract = contract;
        this.campaigns = campaigns;
        this.news = news;
        this.office = office;
        this.meters = meters;
        partnerEvents = new PartnerEventStore(pool);
        audience = new AudienceStore(pool, patient);
        grants = new GrantStore(pool);
        draws = new DrawStore(pool, patient);
        this.issuance = issuance;
        this.limiter = limiter;
        desk = new GrantDesk(grants, issuance::issue, meters::claim, System::nanoTime);
    }

    /** To be done before anything is granted or drawn. */
    Future<Void> start() {
        return issuance.start();
    }

    AudienceStore audience() {
        return audience;
    }

    /** One event loop's worth. */
    List<Routes> routes(Authentication authentication, AuditTrail trail, InstantSource clock) {
        var events = new PartnerEvents(campaigns, partnerEvents);
        return List.of(
                new PartnerEventRoutes(authentication, campaigns, partnerEvents, trail),
                new AudienceRoutes(authentication, events, audience, office, trail, importing),
                new GrantRoutes(authentication, contract, events, desk, trail, granting),
                new DrawRoutes(authentication, campaigns, draws, limiter, clock));
    }

    /** Carries out the draws that are over. */
    DrawVerticle draws() {
        return new DrawVerticle(draws, issuance::issue, meters::claim, news);
    }

    /** Takes grants from the broker. */
    GrantVerticle grants(Settings.Rabbitmq broker, RabbitTopology topology) {
        String uri = requireNonNull(broker.uri(), "rabbitmq.uri").reveal();
        return new GrantVerticle(uri, topology, contract, campaigns, desk, grants, news, meters.delivery());
    }
}
