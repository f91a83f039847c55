package io.couponrush.bus;

/**
 * What browsers hear.
 *
 * @param address {@code coupon.events.{eventId}} or {@code coupon.users.{userId}}
 * @param body JSON text with {@code type}, {@code timestamp}, {@code data}, and {@code id} where it can be replayed
 */
public record Notice(String address, String body) {
    public static String toEvent(long eventId) {
        return "coupon.events." + eventId;
    }

    public static String toUser(long userId) {
        return "coupon.users." + userId;
    }
}
