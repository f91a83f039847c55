package io.couponrush.campaign;

import java.time.Instant;

/**
 * A committed change of a campaign, or none where both are the same.
 *
 * @param at Postgres' time when it was decided
 */
record Change(Campaign before, Campaign after, Instant at) {
    boolean happened() {
        return after.version() != before.version();
    }

    /** What Redis has loaded is fenced off. */
    boolean fenced() {
        return after.epoch() != before.epoch();
    }

    /** Claims are taken now, and were not before. */
    boolean opened() {
        return after.status(at) == CampaignStatus.ACTIVE && before.status(at) != CampaignStatus.ACTIVE;
    }

    /** Sold out now, or on sale again. */
    boolean turned() {
        return after.soldOutGeneration() != before.soldOutGeneration();
    }
}
