package io.couponrush.testkit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A campaign that is to be opened: a stock, one coupon a user, open since a minute and for an hour, unless told else. */
public record Sale(int stock, int perUser, Duration startsIn, Duration endsIn, Map<String, Object> more) {
    public static Sale of(int stock) {
        return new Sale(stock, 1, Duration.ofMinutes(-1), Duration.ofHours(1), Map.of());
    }

    public Sale perUser(int coupons) {
        return new Sale(stock, coupons, startsIn, endsIn, more);
    }

    public Sale startingIn(Duration time) {
        return new Sale(stock, perUser, time, endsIn, more);
    }

    /** With a member of the request that says something else. */
    public Sale with(String member, Object value) {
        var also = new HashMap<>(more);
        also.put(member, value);
        return new Sale(stock, perUser, startsIn, endsIn, also);
    }

    public JsonObject json() {
        Instant now = Instant.now();
        return new JsonObject()
                .put("title", "Flash sale of " + stock)
                .put("totalCount", stock)
                .put("maxPerUser", perUser)
                .put("startTime", now.plus(startsIn).toString())
                .put("endTime", now.plus(endsIn).toString())
                .put("discountType", "fixed")
                .put("discountValue", 1000)
                .put("codePrefix", "STORY")
                .mergeIn(new JsonObject(new HashMap<>(more)));
    }
}
