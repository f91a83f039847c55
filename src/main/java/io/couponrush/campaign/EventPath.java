package io.couponrush.campaign;

import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.vertx.ext.web.RoutingContext;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/** The {@code eventId} in a path. */
final class EventPath {
    private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");

    private EventPath() {}

    /** Goes on with the id; what cannot be one is an event that does not exist. */
    static void withId(RoutingContext ctx, LongConsumer next) {
        String text = ctx.pathParam("eventId");
        if (text == null || !ID.matcher(text).matches()) {
            Replies.deny(ctx, Problem.of(ProblemCode.EVENT_NOT_FOUND));
        } else {
            next.accept(Long.parseLong(text));
        }
    }
}
