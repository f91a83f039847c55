package io.couponrush.issuance;

import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.CampaignStatus;
import io.couponrush.campaign.Campaigns;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What lanes must know of campaigns, as this node knows them. */
final class Openings {
    private final Campaigns campaigns;
    private final InstantSource clock;

    /**
     * One campaign from here.
     *
     * @param closed it looks ended or paused
     * @param restricted it looks as if not everybody may claim
     */
    record Opening(String codePrefix, boolean closed, boolean restricted) {
        static Opening of(Campaign campaign, Instant now) {
            CampaignStatus status = campaign.status(now);
            boolean closed = status == CampaignStatus.ENDED || status == CampaignStatus.PAUSED;
            boolean draws = campaign.draws(); // its winners were let in when they entered, and claim when it is over
            return new Opening(campaign.terms().codePrefix(), closed && !draws, campaign.restricted() && !draws);
        }
    }

    /**
     * Makes it.
     *
     * @param clock Postgres' time as this node knows it
     */
    Openings(Campaigns campaigns, InstantSource clock) {
        this.campaigns = campaigns;
        this.clock = clock;
    }

    /** At once, or null when it has to be looked up. */
    @Nullable
    Opening known(long eventId) {
        return of(campaigns.known(eventId));
    }

    /** Looked up; null when there is no such campaign. */
    Future<@Nullable Opening> find(long eventId) {
        return campaigns.find(eventId).map(this::of);
    }

    private @Nullable Opening of(@Nullable Campaign campaign) {
        return campaign == null ? null : Opening.of(campaign, clock.instant());
    }
}
