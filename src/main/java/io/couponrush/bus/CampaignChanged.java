package io.couponrush.bus;

/**
 * The terms, window or state of a campaign changed: what nodes remember of it is old. Only a hint; caches expire too.
 *
 * @param version that the change made, so that nobody takes an older reading for news; 0 when the sender does not know
 */
public record CampaignChanged(long eventId, int version) {
    public CampaignChanged(long eventId) {
        this(eventId, 0);
    }
}
