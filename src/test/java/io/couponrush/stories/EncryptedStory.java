package io.couponrush.stories;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Browser;
import io.couponrush.testkit.FreePorts;
import io.couponrush.testkit.Https;
import io.couponrush.testkit.Pem;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The whole service over TLS, with its operators at a door of their own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncryptedStory {
    private RunningService service;
    private Pem pem;
    private int operators;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        pem = Pem.make(directory.resolve("edge"));
        operators = FreePorts.find();
        service = RunningService.start(Map.of(
                "COUPONRUSH_HTTP_TLS_CERTIFICATE", pem.certificate().toString(),
                "COUPONRUSH_HTTP_TLS_KEY", pem.key().toString(),
                "COUPONRUSH_MANAGEMENT_PORT", Integer.toString(operators)));
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void sellsOverHttp2AndTellsBrowsers() throws Exception {
        var client = Https.trusting(service.port(), Version.HTTP_2, pem);
        String admin = token(client.post(
                "/api/auth/login",
                new JsonObject()
                        .put("email", RunningService.ADMIN_EMAIL)
                        .put("password", RunningService.ADMIN_PASSWORD)
                        .encode()));
        var opened = client.post("/api/admin/events", Sale.of(1).json().encode(), "Authorization", "Bearer " + admin);
        long event = new JsonObject(opened.body()).getLong("eventId");
        String users = client.post("/api/loadtest/users", "{\"count\":1}").body();
        String user = users.strip().split(",", 2)[1];
        Vertx vertx = Vertx.vertx();
        try {
            Browser browser = browser(vertx, "https://127.0.0.1:" + service.port())
                    .register("coupon.events." + event)
                    .settled();
            var claimed =
                    client.post("/api/coupons/issue", "{\"eventId\":" + event + "}", "Authorization", "Bearer " + user);
            assertThat(claimed.statusCode()).as(claimed.body()).isEqualTo(201);
            assertThat(claimed.version()).isEqualTo(Version.HTTP_2);
            assertThat(claimed.headers().map())
                    .containsEntry("strict-transport-security", List.of("max-age=31536000"))
                    .containsEntry("x-frame-options", List.of("DENY"))
                    .containsEntry("cache-control", List.of("no-store"));
            assertThat(browser.next().getJsonObject("body").getString("type")).startsWith("coupon.");
        } finally {
            vertx.close().await(10, SECONDS);
        }
    }

    @Test
    void operatorsHaveADoorOfTheirOwn() throws Exception {
        var client = Https.trusting(service.port(), Version.HTTP_2, pem);
        for (String path : List.of("/health/live", "/health/ready", "/metrics")) {
            assertThat(client.get(path).statusCode()).as(path).isEqualTo(404);
            assertThat(atTheirDoor(path).status()).as(path).isEqualTo(200);
        }
        for (String path : List.of("/", "/docs", "/api/coupons/events", "/eventbus/info")) {
            assertThat(client.get(path).statusCode()).as(path).isEqualTo(200);
            assertThat(atTheirDoor(path).status()).as(path).isEqualTo(404);
        }
        assertThat(atTheirDoor("/metrics").headers())
                .containsEntry("x-frame-options", "DENY")
                .doesNotContainKey("strict-transport-security");
    }

    private RawHttp.Reply atTheirDoor(String path) throws IOException {
        return RawHttp.exchange(operators, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private Browser browser(Vertx vertx, String origin) throws Exception {
        var options = new WebSocketClientOptions()
                .setSsl(true)
                .setTrustOptions(
                        new PemTrustOptions().addCertPath(pem.certificate().toString()));
        var connect = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(service.port())
                .setSsl(true)
                .setURI("/eventbus/websocket")
                .addHeader("Origin", origin);
        var socket = vertx.createWebSocketClient(options).connect(connect).await(5, SECONDS);
        return new Browser(socket, false);
    }

    private static String token(HttpResponse<String> reply) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return new JsonObject(reply.body()).getString("accessToken");
    }
}
