package io.couponrush.bus;

/** The one list of event-bus addresses. */
public final class Addresses {
    /** Send {@link IssueCommands}, each of which is answered at the address that they name; point to point, node-local. */
    public static final String ISSUE = "coupon.issue";

    /** Request {@link CampaignChanged}, reply empty once Redis was loaded anew; point to point, node-local. */
    public static final String RELOAD_STOCK = "coupon.reload";

    /** As {@link #ISSUE}, from nodes that issue nothing themselves; only where the settings allow it. */
    public static final String ISSUE_REMOTE = "coupon.issue.remote";

    /** As {@link #RELOAD_STOCK}, likewise. */
    public static final String RELOAD_STOCK_REMOTE = "coupon.reload.remote";

    /** Request an event's id, reply how many of its units are reserved; fails when Redis cannot say. Point to point. */
    public static final String RESERVED = "coupon.reserved";

    /** Publish {@link CampaignChanged}; every node. */
    public static final String CAMPAIGN_CHANGED = "campaign.changed";

    /** Publish {@link StockTurned}; every node. */
    public static final String STOCK_TURNED = "campaign.stock";

    /** Publish {@link SessionEnded}; every node. */
    public static final String SESSION_ENDED = "session.ended";

    /** Publish {@link Notices}; every node that serves browsers, with one consumer each. */
    public static final String NOTICES = "notices";

    /** Publish how many coupons were issued, or nothing; node-local. Transactions with outbox rows were committed here. */
    public static final String OUTBOX_WRITTEN = "outbox.written";

    private Addresses() {}
}
