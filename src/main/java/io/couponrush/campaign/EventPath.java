package io.couponrush.campaign;

import io.couponrush.http.ProblemCode;
import io.couponrush.http.QueryParams;
import io.vertx.ext.web.RoutingContext;
import java.util.function.LongConsumer;

/** The {@code eventId} in a path. */
public final class EventPath {
    private EventPath() {}

    /** Goes on with the id; what cannot be one is an event that does not exist. */
    public static void withId(RoutingContext ctx, LongConsumer next) {
        QueryParams.withPathId(ctx, "eventId", ProblemCode.EVENT_NOT_FOUND, next);
    }
}
