package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Browser;
import io.couponrush.testkit.HostileFrames;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge's protocol, and who may hear what. */
class SockJsBridgeIT {
    private static final String SOLD_OUT = "{\"type\":\"coupon.event\",\"data\":{\"eventId\":1}}";
    private static final LiveServer SERVER = new LiveServer(Map.of("COUPONRUSH_NOTIFICATION_FRAMES_BURST", "5000"));

    static {
        SERVER.tokens.put("seven", 7L);
        SERVER.tokens.put("eight", 8L);
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void tellsWhoeverListensOnEitherTransport() {
        Browser raw = SERVER.raw().register("coupon.events.1").settled();
        Browser framed = SERVER.framed().register("coupon.events.1").settled();
        SERVER.publish("coupon.events.2", SOLD_OUT);
        SERVER.publish("coupon.events.1", SOLD_OUT);
        for (Browser browser : new Browser[] {raw, framed}) {
            assertThat(browser.next())
                    .isEqualTo(new JsonObject()
                            .put("type", "rec")
                            .put("address", "coupon.events.1")
                            .put("body", new JsonObject(SOLD_OUT)));
        }
    }

    @Test
    void tellsAUserAloneAndWhoUnregistersNoMore() {
        Browser seven = SERVER.framed().register("coupon.users.7", "seven").settled();
        Browser eight = SERVER.raw().register("coupon.users.8", "eight").settled();
        SERVER.publish("coupon.users.7", "{\"id\":1}");
        assertThat(seven.next().getJsonObject("body")).isEqualTo(new JsonObject().put("id", 1));
        seven.send(new JsonObject().put("type", "unregister").put("address", "coupon.users.7"))
                .settled();
        SERVER.publish("coupon.users.7", "{\"id\":2}");
        SERVER.publish("coupon.users.8", "{\"id\":3}");
        assertThat(eight.next().getJsonObject("body").getInteger("id")).isEqualTo(3);
        assertThat(seven.settled().received).isEmpty();
    }

    static List<String> addresses() {
        return HostileFrames.addresses(7, 8);
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void nobodyElseHears(String address) {
        double refused = SERVER.count("couponrush.registrations.refused");
        Browser seven = SERVER.framed().register(address, "seven");
        assertThat(seven.nextError()).isEqualTo("access_denied");
        SERVER.publish(address, "{\"id\":1}");
        if (address.startsWith("coupon.users")) SERVER.vertx.eventBus().publish(address, new JsonObject());
        assertThat(seven.settled().received).isEmpty();
        assertThat(SERVER.count("couponrush.registrations.refused")).isEqualTo(refused + 1);
    }

    static List<String> tokens() {
        return HostileFrames.tokens("eight");
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void aTokenThatIsNotTheUsersOpensNothing(String token) {
        Browser browser = SERVER.raw().register("coupon.users.7", token);
        assertThat(browser.nextError()).isEqualTo("access_denied");
        assertThat(browser.register("coupon.users.7").nextError()).isEqualTo("access_denied");
        SERVER.publish("coupon.users.7", "{\"id\":1}");
        assertThat(browser.settled().received).isEmpty();
    }

    @Test
    void nothingThatIsSentReachesTheBus() {
        var heard = new AtomicInteger();
        for (String address : new String[] {"coupon.issue", "coupon.events.1", "coupon.users.7", "spy", "notices"}) {
            SERVER.vertx.eventBus().localConsumer(address, message -> {
                if (message.body() instanceof JsonObject) heard.incrementAndGet();
            });
        }
        Browser browser = SERVER.framed();
        for (String type : new String[] {"send", "publish"}) {
            for (String address :
                    new String[] {"coupon.issue", "coupon.events.1", "coupon.users.7", "spy", "notices"}) {
                browser.send(new JsonObject()
                        .put("type", type)
                        .put("address", address)
                        .put("replyAddress", "__vertx.reply.1")
                        .put("body", new JsonObject()));
                assertThat(browser.nextError()).isEqualTo("access_denied");
            }
        }
        var asked = SERVER.vertx.eventBus().request("forged", "?").otherwiseEmpty();
        for (int i = 0; i < 50; i++) {
            browser.send(new JsonObject()
                    .put("type", "send")
                    .put("address", "__vertx.reply." + i)
                    .put("body", "FORGED"));
            assertThat(browser.nextError()).isEqualTo("access_denied");
        }
        assertThat(LiveServer.await(asked)).isNull();
        assertThat(heard).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource("io.couponrush.testkit.HostileFrames#frames")
    void aMalformedFrameGetsAnErrorAndTheSocketGoesOn(String frame) {
        Browser browser = SERVER.raw().text(frame);
        assertThat(browser.nextError())
                .isIn("invalid_json", "missing_type", "invalid_type", "missing_address", "access_denied");
        browser.settled();
    }

    @Test
    void aDeepFrameIsRefused() {
        String deep = "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000);
        assertThat(SERVER.raw().text(deep).nextError()).isEqualTo("invalid_json");
    }

    @Test
    void pagesOfOtherOriginsAreKeptOut() {
        for (String path : new String[] {"/eventbus/websocket", "/eventbus/000/abc/websocket"}) {
            for (String origin :
                    new String[] {"https://evil.example", "null", "https://shop.example.evil.example", null}) {
                assertThat(rejected(path, origin)).isEqualTo(403);
            }
            for (String origin : new String[] {LiveServer.SHOP, SERVER.origin()}) {
                SERVER.connect(path, origin, path.contains("000"))
                        .register("coupon.events.1")
                        .settled();
            }
        }
    }

    @Test
    void infoNamesNoForeignOrigin() {
        var foreign = SERVER.get(HttpMethod.GET, "/eventbus/info", Map.of("Origin", "https://evil.example"));
        assertThat(foreign.statusCode()).isEqualTo(200);
        assertThat(foreign.getHeader("Access-Control-Allow-Origin")).isNull();
        assertThat(foreign.getHeader("Access-Control-Allow-Credentials")).isNull();
        var ours = SERVER.get(HttpMethod.GET, "/eventbus/info", Map.of("Origin", LiveServer.SHOP));
        assertThat(ours.getHeader("Access-Control-Allow-Origin")).isEqualTo(LiveServer.SHOP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/eventbus/000/abc/xhr", "/eventbus/000/abc/xhr_send", "/eventbus/000/abc/eventsource",
                "/eventbus/000/abc/htmlfile?c=x", "/eventbus/000/abc/jsonp?c=x", "/eventbus/iframe.html",
                "/eventbus/chunking_test", "/eventbus/", "/eventbus"
            })
    void otherTransportsAreNotThere(String path) {
        assertThat(SERVER.get(HttpMethod.GET, path, Map.of()).statusCode()).isEqualTo(404);
        assertThat(SERVER.get(HttpMethod.POST, path, Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void aPlainRequestIsToldToUpgrade() {
        Map<String, String> ours = Map.of("Origin", SERVER.origin());
        assertThat(SERVER.get(HttpMethod.GET, "/eventbus/websocket", ours).statusCode())
                .isEqualTo(400);
        assertThat(SERVER.get(HttpMethod.POST, "/eventbus/websocket", ours).statusCode())
                .isEqualTo(405);
    }

    @Test
    void anEndedTokenEndsTheSubscription() {
        SERVER.tokens.put("short", 9L);
        Browser nine = SERVER.framed()
                .register("coupon.users.9", "short")
                .register("coupon.events.1")
                .settled();
        SERVER.tokens.remove("short");
        JsonObject error = nine.next();
        assertThat(error.getString("type")).isEqualTo("err");
        assertThat(error.getString("address")).isEqualTo("coupon.users.9");
        assertThat(error.getString("body")).isEqualTo("session_ended");
        SERVER.publish("coupon.users.9", "{\"id\":1}");
        SERVER.publish("coupon.events.1", "{\"id\":2}");
        assertThat(nine.next().getJsonObject("body").getInteger("id")).isEqualTo(2);
        SERVER.tokens.put("longer", 9L);
        nine.register("coupon.users.9", "longer").settled();
        SERVER.publish("coupon.users.9", "{\"id\":3}");
        assertThat(nine.next().getJsonObject("body").getInteger("id")).isEqualTo(3);
    }

    @Test
    void whoLeavesIsForgotten() {
        await().until(() -> SERVER.open() >= 0);
        int before = SERVER.open();
        Browser browser = SERVER.raw().register("coupon.events.77").settled();
        assertThat(SERVER.open()).isGreaterThan(before - 1);
        LiveServer.await(browser.socket.close());
        double delivered = SERVER.count("couponrush.notices.delivered");
        await().untilAsserted(() -> {
            SERVER.publish("coupon.events.77", "{}");
            assertThat(SERVER.count("couponrush.notices.delivered") - delivered).isLessThanOrEqualTo(1);
        });
    }

    private static int rejected(String path, @Nullable String origin) {
        var failure = new int[1];
        assertThatThrownBy(() -> SERVER.connect(path, origin, false))
                .satisfies(e -> failure[0] = ((UpgradeRejectedException) e).getStatus());
        return failure[0];
    }
}
