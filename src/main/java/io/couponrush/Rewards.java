package io.couponrush;

import io.couponrush.audience.AudienceRoutes;
import io.couponrush.audience.AudienceStore;
import io.couponrush.audit.AuditTrail;
import io.couponrush.campaign.CampaignOffice;
import io.couponrush.campaign.Campaigns;
import io.couponrush.http.Authentication;
import io.couponrush.http.Routes;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What other systems reward their users with: campaigns for those on a list. Made once for a node. */
final class Rewards {
    private static final int IMPORTS = 2;

    private final Campaigns campaigns;
    private final CampaignOffice office;
    private final AudienceStore audience;
    private final Semaphore importing = new Semaphore(IMPORTS);

    Rewards(Pool pool, Campaigns campaigns, CampaignOffice office) {
        this.campaigns = campaigns;
        this.office = office;
        audience = new AudienceStore(pool);
    }

    AudienceStore audience() {
        return audience;
    }

    /** One event loop's worth. */
    List<Routes> routes(Authentication authentication, AuditTrail trail) {
        return List.of(new AudienceRoutes(authentication, campaigns, audience, office, trail, importing));
    }
}
