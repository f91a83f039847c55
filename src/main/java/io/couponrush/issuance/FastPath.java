package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Verdicts;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Issues a batch of fresh reservations of one epoch of a campaign as a whole, or not at all. */
interface FastPath {
    /** Empty when nothing happened. A failed future may mean that it did: ask again with the same rids and leases. */
    Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch);
}
