package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.config.Profile;
import io.couponrush.config.SettingsLoader;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RawHttp.Reply;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page over HTTP. */
class WebRootIT {
    private static final Vertx VERTX = Vertx.vertx();
    private static int port;

    @BeforeAll
    static void start() {
        var settings = SettingsLoader.read(Profile.DEV, Map.of("COUPONRUSH_HTTP_PORT", "0"))
                .settings();
        var verticle = new HttpVerticle(settings.http(), List.of(), List.of(new WebRoot()));
        VERTX.deployVerticle(verticle).await();
        port = verticle.port();
    }

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    @Test
    void thePageIsAskedForAnewAndItsFilesOnce() throws IOException {
        Reply page = get("/", "");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers())
                .containsEntry("content-type", "text/html; charset=utf-8")
                .containsEntry("cache-control", "no-cache");
        assertThat(page.headers().get("content-security-policy")).startsWith("default-src 'self'");
        Matcher links = Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"").matcher(page.body());
        int found = 0;
        for (; links.find(); found++) {
            Reply file = get(links.group(1), "");
            assertThat(file.status()).as(links.group(1)).isEqualTo(200);
            assertThat(file.headers().get("cache-control")).contains("immutable");
            assertThat(file.headers().get("x-content-type-options")).isEqualTo("nosniff");
        }
        assertThat(found).isEqualTo(3);
        assertThat(get("/", "If-None-Match: " + page.headers().get("etag") + "\r\n")
                        .status())
                .isEqualTo(304);
    }

    @Test
    void aFileOfAnotherVersionIsNotKept() throws IOException {
        Reply file = get("/assets/0000/state.js", "");
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.headers())
                .containsEntry("cache-control", "no-cache")
                .containsEntry("content-type", "text/javascript; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/", "/assets/x/", "/assets/x/index.html", "/assets/x/..%2fopenapi.yaml",
                        "/assets/../openapi.yaml",
                "/assets/x/%2e%2e/%2e%2e/logback.xml", "/webroot/app.js", "/index.html", "/assets/x/app.js%00",
                        "/nothing"
            })
    void nothingElseIsThere(String path) throws IOException {
        Reply reply = get(path, "");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.headers().get("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.code()).isEqualTo("NOT_FOUND");
    }

    private static Reply get(String path, String header) throws IOException {
        return RawHttp.exchange(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n");
    }
}
