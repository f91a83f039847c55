package io.couponrush.bus;

/** The one list of event-bus addresses. */
public final class Addresses {
    /** Request {@link IssueCommand}, reply {@link IssueOutcome}; point to point, node-local. */
    public static final String ISSUE = "coupon.issue";

    /** Publish {@link CampaignChanged}; every node. */
    public static final String CAMPAIGN_CHANGED = "campaign.changed";

    /** Publish {@link StockTurned}; every node. */
    public static final String STOCK_TURNED = "campaign.stock";

    private Addresses() {}
}
