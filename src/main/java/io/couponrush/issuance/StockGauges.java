package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Sweepable;
import io.couponrush.issuance.Ledger.Overdue;
import io.couponrush.ops.Meters;
import java.util.HashMap;
import java.util.Map;

/** Shows what the sweeper sees: the stock of live campaigns, and the reservations that are open in all of them. */
final class StockGauges {
    private final Meters meters;
    private final Map<Long, Long> open = new HashMap<>();

    StockGauges(Meters meters) {
        this.meters = meters;
    }

    void show(Sweepable campaign, Overdue seen) {
        if (campaign.expireAt() > 0) {
            open.remove(campaign.eventId());
            meters.stockGone(campaign.eventId());
        } else {
            open.put(campaign.eventId(), seen.openLeases());
            meters.stock(campaign.eventId(), seen.stock() + seen.openLeases());
        }
        meters.leases(open.values().stream().mapToLong(Long::longValue).sum());
    }
}
