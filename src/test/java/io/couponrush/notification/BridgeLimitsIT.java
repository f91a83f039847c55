package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.Notices;
import io.couponrush.testkit.Browser;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.UpgradeRejectedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one browser, or many, cannot do to the node. */
class BridgeLimitsIT {
    private static final String BURST = "COUPONRUSH_NOTIFICATION_FRAMES_BURST";

    @Test
    void aFloodOfPingsClosesTheSocket() {
        try (var server = new LiveServer(Map.of())) {
            Browser browser = server.raw();
            for (int i = 0; i < 100; i++) browser.ping();
            assertThat(browser.closeCode()).isEqualTo(1008);
            Browser framed = server.framed();
            for (int i = 0; i < 100; i++) framed.register("coupon.events." + i);
            assertThat(framed.closeCode()).isNotZero();
            await().until(() -> server.open() == 0);
        }
    }

    @Test
    void aFrameThatIsTooBigClosesTheSocket() {
        try (var server = new LiveServer(Map.of())) {
            assertThat(server.raw().text("x".repeat(9_000)).closeCode()).isEqualTo(1009);
            assertThat(server.raw().text("x".repeat(70_000)).closeCode()).isNotZero();
            assertThat(server.framed().text("x".repeat(9_000)).closeCode()).isNotZero();
            assertThat(server.raw().text("x".repeat(1 << 20)).closeCode()).isNotZero();
            assertThat(server.framed().text("x".repeat(1 << 20)).closeCode()).isNotZero();
            await().until(() -> server.open() == 0);
        }
    }

    @Test
    void onlySoManyHandlersAndNoLongAddress() {
        try (var server = new LiveServer(Map.of(BURST, "5000", "COUPONRUSH_NOTIFICATION_UNFINISHED_MAX", "5000"))) {
            Browser browser = server.framed();
            for (int i = 1; i <= 1_001; i++) browser.register("coupon.events." + i);
            for (int i = 21; i <= 1_001; i++) assertThat(browser.nextError()).isEqualTo("max_handlers_reached");
            assertThat(browser.register("coupon.events.1").nextError()).isEqualTo("address_already_registered");
            assertThat(browser.register("coupon.events." + "1".repeat(100)).nextError())
                    .isEqualTo("max_address_length_reached");
        }
    }

    @Test
    void aFullNodeAnswers503() {
        try (var server = new LiveServer(Map.of("COUPONRUSH_NOTIFICATION_SOCKETS_MAX", "2"))) {
            Browser first = server.raw().settled();
            server.framed().settled();
            assertThatThrownBy(server::raw).satisfies(e -> assertThat(((UpgradeRejectedException) e).getStatus())
                    .isEqualTo(503));
            LiveServer.await(first.socket.close());
            await().until(() -> server.open() == 1);
            server.raw().settled();
        }
    }

    @Test
    void withoutPingsASocketIsClosed() {
        try (var server = new LiveServer(
                Map.of("COUPONRUSH_NOTIFICATION_HEARTBEAT", "200ms", "COUPONRUSH_NOTIFICATION_PING_TIMEOUT", "2s"))) {
            Browser silent = server.framed();
            Browser lively = server.framed();
            await().pollInterval(Duration.ofMillis(500)).until(() -> {
                lively.ping();
                return silent.socket.isClosed();
            });
            lively.settled();
        }
    }

    @Test
    void drainSaysWhenToComeBack() {
        try (var server = new LiveServer(Map.of())) {
            Browser listener = server.framed().register("coupon.events.1").settled();
            Browser other = server.raw().settled();
            LiveServer.await(server.channel.drain());
            var goodbye = listener.next();
            assertThat(goodbye.getString("address")).isEqualTo("coupon.events.1");
            assertThat(goodbye.getJsonObject("body").getString("type")).isEqualTo("drain");
            assertThat(goodbye.getJsonObject("body").getJsonObject("data").getInteger("reconnectAfterMs"))
                    .isBetween(500, 5_000);
            assertThat(other.closeCode()).isEqualTo(1001);
            listener.closeCode();
            assertThatThrownBy(server::raw).isInstanceOf(UpgradeRejectedException.class);
            await().until(() -> server.open() == 0);
        }
    }

    @Test
    void usersAreAskedToCatchUpWhenSomethingWasMissed() {
        try (var server = new LiveServer(Map.of())) {
            server.tokens.put("seven", 7L);
            Browser user = server.raw().register("coupon.users.7", "seven").settled();
            Browser anybody = server.framed().register("coupon.events.1").settled();
            server.vertx.eventBus().publish(Addresses.NOTICES, new Notices(List.of(), UUID.randomUUID(), 3));
            var missed = user.next();
            assertThat(missed.getString("address")).isEqualTo("coupon.users.7");
            assertThat(missed.getJsonObject("body").getString("type")).isEqualTo("missed");
            assertThat(missed.getJsonObject("body").getJsonObject("data").getInteger("askAfterMs"))
                    .isBetween(0, 999);
            assertThat(anybody.settled().received).isEmpty();
            assertThat(server.count("couponrush.notices.missed")).isEqualTo(1);
        }
    }

    @Test
    void aThousandHearTheSameMessage() {
        try (var server = new LiveServer(Map.of())) {
            List<Future<Browser>> connecting = IntStream.range(0, 1_000)
                    .mapToObj(i -> server.connecting(
                            i % 2 == 0 ? "/eventbus/websocket" : "/eventbus/000/s" + i + "/websocket",
                            server.origin(),
                            i % 2 != 0))
                    .toList();
            LiveServer.await(Future.all(connecting));
            List<Browser> browsers = connecting.stream().map(Future::result).toList();
            browsers.forEach(browser -> browser.register("coupon.events.1"));
            browsers.forEach(Browser::settled);
            server.publish("coupon.events.1", "{\"type\":\"coupon.event\"}");
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> browsers.stream().allMatch(browser -> browser.received.size() == 1));
            assertThat(server.count("couponrush.notices.delivered")).isEqualTo(1_000);
        }
    }

    @Test
    void otherTransportsAreThereWhenTheSettingSaysSo() {
        try (var server = new LiveServer(Map.of("COUPONRUSH_NOTIFICATION_FALLBACK_TRANSPORTS", "true"))) {
            String path = "/eventbus/000/abc/xhr";
            var opened = server.get(HttpMethod.POST, path, Map.of());
            assertThat(opened.statusCode()).isEqualTo(200);
            assertThat(opened.getHeader("Access-Control-Allow-Origin")).isNull();
            assertThat(opened.getHeader("Access-Control-Allow-Credentials")).isNull();
            assertThat(server.get(HttpMethod.POST, path, Map.of("Origin", "https://evil.example"))
                            .statusCode())
                    .isEqualTo(403);
        }
    }
}
