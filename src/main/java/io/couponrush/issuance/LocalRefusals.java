package io.couponrush.issuance;

import io.couponrush.bus.Refusal;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.SoldOutFlags;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What a node may refuse by its own knowledge. With an Idempotency-Key only "not started": the key may own a coupon, and
 * only Postgres knows.
 */
final class LocalRefusals {
    /** The node's clock is only nearly Postgres'; this close to an edge of the window Postgres is asked. */
    private static final long EDGE_MS = 1_000;

    private final SoldOutFlags soldOut;
    private final InstantSource clock;

    LocalRefusals(SoldOutFlags soldOut, InstantSource clock) {
        this.soldOut = soldOut;
        this.clock = clock;
    }

    @Nullable
    Refusal of(Campaign campaign, boolean keyed) {
        if (campaign.draws()) { // for ever, so that no key can own a coupon of it
            return Refusal.EVENT_IS_DRAW;
        }
        long now = clock.millis();
        if (now < campaign.terms().startTime().toEpochMilli() - EDGE_MS) {
            return Refusal.EVENT_NOT_STARTED;
        }
        if (keyed) {
            return null;
        }
        if (now >= campaign.terms().endTime().toEpochMilli() + EDGE_MS) {
            return Refusal.EVENT_ENDED;
        }
        if (campaign.paused()) {
            return Refusal.EVENT_PAUSED;
        }
        return soldOut.soldOut(campaign.eventId()) ? Refusal.COUPON_SOLD_OUT : null;
    }
}
