package io.couponrush.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What browsers hear.
 *
 * @param address {@code coupon.events.{eventId}} or {@code coupon.users.{userId}}
 * @param body JSON text with {@code type}, {@code timestamp}, {@code data}, and {@code id} where it can be replayed
 * @param trace where its trace goes on, when it is sampled: the text of a {@code traceparent}
 */
public record Notice(String address, String body, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String trace) {
    public Notice(String address, String body) {
        this(address, body, null);
    }

    public static String toEvent(long eventId) {
        return "coupon.events." + eventId;
    }

    public static String toUser(long userId) {
        return "coupon.users." + userId;
    }
}
