package io.couponrush.notification;

import io.couponrush.bus.Notice;
import io.couponrush.tracing.Span;
import org.jspecify.annotations.Nullable;

/**
 * A message that makes sense.
 *
 * @param userId whom it is for; null for everybody who looks at the event
 * @param couponId the user's, when it is for one; Postgres is asked whether it is
 * @param body what browsers get, without the id
 * @param span of its consumption, when its trace is sampled
 */
record Incoming(
        String messageId,
        String type,
        @Nullable Long userId,
        @Nullable Long couponId,
        long eventId,
        String body,
        @Nullable Span span) {

    Incoming(String messageId, String type, @Nullable Long userId, @Nullable Long couponId, long eventId, String body) {
        this(messageId, type, userId, couponId, eventId, body, null);
    }

    Incoming within(@Nullable Span consumption) {
        return new Incoming(messageId, type, userId, couponId, eventId, body, consumption);
    }

    /** As it is pushed; only what is told to one user can be replayed and has an id. */
    Notice notice(long id) {
        Long user = userId;
        return user == null
                ? new Notice(Notice.toEvent(eventId), body, Span.textOf(span))
                : new Notice(Notice.toUser(user), withId(id, body), Span.textOf(span));
    }

    static String withId(long id, String body) {
        return "{\"id\":" + id + "," + body.substring(1);
    }
}
