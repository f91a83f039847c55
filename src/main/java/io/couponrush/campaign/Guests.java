package io.couponrush.campaign;

import io.vertx.core.Future;

/** Tells whether a restricted campaign lets a user in. */
@FunctionalInterface
public interface Guests {
    Future<Boolean> invited(long userId, long eventId);
}
