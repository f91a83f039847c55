package io.couponrush.campaign;

import io.vertx.core.Future;

/**
 * Loads the stock of a campaign into Redis again after its epoch was raised. Only saves time: without it claims are
 * fenced off and load it themselves.
 */
@FunctionalInterface
public interface StockReload {
    Future<Void> reload(long eventId);
}
