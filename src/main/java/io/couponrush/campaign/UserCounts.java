package io.couponrush.campaign;

import io.vertx.core.Future;

/** Tells how many coupons of a campaign a user has. */
@FunctionalInterface
public interface UserCounts {
    Future<Integer> issuedTo(long userId, long eventId);
}
