package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.StockTurned;
import io.couponrush.campaign.Audience;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.DiscountType;
import io.couponrush.campaign.Mode;
import io.couponrush.campaign.Terms;
import io.couponrush.testkit.Browser;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StockTickerIT {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private final LiveServer server = new LiveServer(Map.of("COUPONRUSH_NOTIFICATION_STOCK_PER_SECOND", "4"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tellsTheStockWhenItChangedAndNotMoreOften() throws InterruptedException {
        issued(0, 0);
        Browser browser = server.raw().register("coupon.events.1").settled();
        assertThat(data(browser.next(), "coupon.stock"))
                .isEqualTo(new JsonObject()
                        .put("eventId", 1)
                        .put("remainingCount", 100)
                        .put("issuedCount", 0)
                        .put("generation", 0));
        long start = System.nanoTime();
        List<JsonObject> told = new ArrayList<>();
        for (int issued = 1; System.nanoTime() - start < 3_000_000_000L; issued++) {
            issued(issued % 100, 0);
            Thread.sleep(10);
        }
        browser.received.drainTo(told);
        assertThat(told).hasSizeBetween(1, 13);
        Thread.sleep(1_300);
        browser.received.clear();
        Thread.sleep(1_300);
        assertThat(browser.received).isEmpty();
    }

    @Test
    void tellsATurnAndNoLateOne() {
        issued(100, 1);
        Browser browser = server.framed().register("coupon.events.1").settled();
        assertThat(data(browser.next(), "coupon.stock").getInteger("generation"))
                .isEqualTo(1);
        turn(2);
        JsonObject reopened = data(browser.next(), "coupon.reopened");
        assertThat(reopened.getInteger("generation")).isEqualTo(2);
        assertThat(reopened.getString("eventTitle")).isEqualTo("Welcome");
        turn(1);
        turn(2);
        server.publish("coupon.events.1", "{\"type\":\"coupon.soldout\",\"data\":{\"eventId\":1,\"generation\":1}}");
        server.publish("coupon.events.1", "{\"type\":\"coupon.soldout\",\"data\":{\"eventId\":1,\"generation\":3}}");
        turn(3);
        turn(4);
        assertThat(data(browser.next(), "coupon.soldout").getInteger("generation"))
                .isEqualTo(3);
        assertThat(data(browser.next(), "coupon.reopened").getInteger("generation"))
                .isEqualTo(4);
    }

    @Test
    void findsATurnThatTheBusLost() {
        issued(0, 0);
        Browser browser = server.raw().register("coupon.events.1").settled();
        assertThat(data(browser.next(), "coupon.stock").getInteger("generation"))
                .isZero();
        issued(100, 1);
        assertThat(data(browser.next(), "coupon.soldout").getInteger("generation"))
                .isEqualTo(1);
        assertThat(data(browser.next(), "coupon.stock").getInteger("remainingCount"))
                .isZero();
    }

    private void turn(int generation) {
        server.vertx.eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(1, generation));
    }

    private void issued(int issued, int generation) {
        var terms = new Terms(
                "Welcome",
                "",
                100,
                NOON,
                NOON.plus(Duration.ofHours(1)),
                1,
                DiscountType.PERCENTAGE,
                BigDecimal.TEN,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                30,
                "CR",
                "",
                Audience.PUBLIC,
                Mode.RUSH);
        server.campaigns.put(1L, new Campaign(1, terms, false, issued, 0, 1, generation, 1, NOON));
    }

    private static JsonObject data(JsonObject frame, String type) {
        JsonObject body = frame.getJsonObject("body");
        assertThat(body.getString("type")).isEqualTo(type);
        return body.getJsonObject("data");
    }
}
