package io.couponrush.testkit;

import java.util.List;

/** What nobody who means well would send to the bridge, or put on a queue of notices. None of it may have an effect. */
public final class HostileFrames {
    private HostileFrames() {}

    /** Where a user may not listen. */
    public static List<String> addresses(long me, long other) {
        return List.of(
                "coupon.users." + other,
                "coupon.users." + me + "%00",
                "coupon.users." + me + ".",
                "coupon.users.0" + me,
                "coupon.users.+" + me,
                "coupon.users.-" + me,
                "coupon.users." + spelled(me, '٠'),
                "coupon.users." + spelled(me, '０'),
                "coupon.users." + me + " ",
                " coupon.users." + me,
                "coupon.users.",
                "coupon.users.*",
                "coupon.users..*",
                "coupon.users.[0-9]+",
                "coupon.users." + me + "|coupon.users." + other,
                "Coupon.users." + me,
                "coupon.users.99999999999999999999",
                "coupon.events.0",
                "coupon.events.-1",
                "coupon.events.1.5",
                "coupon.events.x",
                "coupon.events.*",
                "coupon.issue",
                "coupon.reload",
                "notices",
                "session.ended",
                "campaign.stock",
                "__vertx.reply.1",
                "__vertx.",
                ".*",
                "*",
                "");
    }

    /** With which nobody may listen to what is told to a user. */
    public static List<String> tokens(String ofAnother) {
        return List.of("nobody's", "", ofAnother);
    }

    /** Frames that make no sense. */
    public static List<String> frames() {
        return List.of(
                "",
                "{",
                "[]",
                "null",
                "7",
                "\"x\"",
                "{\"type\":5}",
                "{\"type\":null}",
                "{}",
                "{\"type\":\"reply\"}",
                "{\"type\":\"register\"}",
                "{\"type\":\"register\",\"address\":5}",
                "{\"type\":\"register\",\"type\":\"ping\"}",
                "{\"type\":\"register\",\"address\":\"coupon.users.7\",\"headers\":\"x\"}",
                "{\"type\":\"register\",\"address\":\"coupon.users.7\",\"headers\":{\"Authorization\":[1]}}",
                "{\"type\":\"unregister\",\"address\":\"coupon.users.x\"}");
    }

    /** Messages about coupons that make no sense. */
    public static List<String> notices() {
        return List.of(
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{\"type\":5,\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":[]}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"soon\",\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":\"7\",\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7.5,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"eventId\":1}}",
                "{\"type\":\"coupon.eaten\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":0,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":-7,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":true,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":null,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":[7],\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":1e3,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":99999999999999999999,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":NaN,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":{\"$ne\":1},\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":0,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":\"9\",\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":0}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":null}",
                "{\"type\":\"coupon.issued\",\"timestamp\":5,\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":null,\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":null,\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}{}",
                "{\"type\":\"coupon.issued\",\"timestamp\":\"2026-02-11T10:30:00Z\",\"data\":{\"userId\":7,\"couponId\":9,\"eventId\":1}}x",
                "{'type':'coupon.issued','timestamp':'2026-02-11T10:30:00Z','data':{'userId':7,'couponId':9,'eventId':1}}");
    }

    /** The number in other digits. */
    private static String spelled(long number, char zero) {
        var text = new StringBuilder();
        for (char digit : Long.toString(number).toCharArray()) text.append((char) (zero + digit - '0'));
        return text.toString();
    }
}
