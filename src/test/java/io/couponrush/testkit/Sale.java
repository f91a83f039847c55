package io.couponrush.testkit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;

/** A campaign that is to be opened: a stock, one coupon a user, open since a minute and for an hour, unless told else. */
public record Sale(int stock, int perUser, Duration startsIn, Duration endsIn) {
    public static Sale of(int stock) {
        return new Sale(stock, 1, Duration.ofMinutes(-1), Duration.ofHours(1));
    }

    public Sale perUser(int coupons) {
        return new Sale(stock, coupons, startsIn, endsIn);
    }

    public Sale startingIn(Duration time) {
        return new Sale(stock, perUser, time, endsIn);
    }

    JsonObject json() {
        Instant now = Instant.now();
        return new JsonObject()
                .put("title", "Flash sale of " + stock)
                .put("totalCount", stock)
                .put("maxPerUser", perUser)
                .put("startTime", now.plus(startsIn).toString())
                .put("endTime", now.plus(endsIn).toString())
                .put("discountType", "fixed")
                .put("discountValue", 1000)
                .put("codePrefix", "STORY");
    }
}
