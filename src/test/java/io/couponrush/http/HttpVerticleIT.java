package io.couponrush.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RawHttp.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpVerticleIT {
    private static final String END = "\r\nHost: a\r\n\r\n";
    private static final Map<String, Integer> METERED = new ConcurrentHashMap<>();
    private static final Map<Connections.Cut, Integer> CUT = new ConcurrentHashMap<>();
    private static final AtomicInteger OPEN = new AtomicInteger();
    private static ToyServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new ToyServer(new RequestMeter() {
            @Override
            public Route route(String path) {
                return (status, nanos) -> METERED.merge(path + " " + status, 1, Integer::sum);
            }

            @Override
            public void connections(int change) {
                OPEN.addAndGet(change);
            }

            @Override
            public void cut(Connections.Cut why) {
                CUT.merge(why, 1, Integer::sum);
            }
        });
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    static Stream<Arguments> hostile() {
        String post = "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
        String express = "POST /api/toys/express HTTP/1.1\r\nHost: a\r\n";
        return Stream.of(
                Arguments.of(
                        "9 KB header",
                        "GET /api/toys HTTP/1.1\r\nX: " + "x".repeat(9_000) + END,
                        431,
                        "HEADERS_TOO_LARGE"),
                Arguments.of(
                        "1000 headers",
                        "GET /api/toys HTTP/1.1\r\n" + "X-A: 12345\r\n".repeat(1_000) + END,
                        431,
                        "HEADERS_TOO_LARGE"),
                Arguments.of("5 KB URI", "GET /" + "x".repeat(5_000) + " HTTP/1.1" + END, 414, "URI_TOO_LONG"),
                Arguments.of(
                        "Content-Length and Transfer-Encoding",
                        post
                                + "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{\"eventId\":1}\r\n0\r\n\r\n",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "the same on the express route",
                        express + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "two Content-Length",
                        post + "Content-Length: 13\r\nContent-Length: 14\r\n\r\n{\"eventId\":1}",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of("negative Content-Length", post + "Content-Length: -1\r\n\r\n", 400, "VALIDATION_FAILED"),
                Arguments.of("Content-Length in words", post + "Content-Length: ten\r\n\r\n", 400, "VALIDATION_FAILED"),
                Arguments.of(
                        "Content-Length +13",
                        post + "Content-Length: +13\r\n\r\n{\"eventId\":1}",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "Transfer-Encoding: xchunked",
                        post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "Transfer-Encoding: gzip, chunked",
                        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "Transfer-Encoding: identity",
                        express + "Transfer-Encoding: identity\r\n\r\n",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "control bytes before the request line",
                        "\u0000\u0001\u0002GET /api/toys HTTP/1.1" + END,
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "space before a header's colon",
                        "GET /api/toys HTTP/1.1\r\nX : 1" + END,
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "NUL in a header", "GET /api/toys HTTP/1.1\r\nX: a\u0000b" + END, 400, "VALIDATION_FAILED"),
                Arguments.of("no version", "GET /api/toys\r\n\r\n", 400, "VALIDATION_FAILED"),
                Arguments.of("bad version", "GET /api/toys HTTP/9.Z" + END, 400, "VALIDATION_FAILED"),
                Arguments.of(
                        "TLS to a plain port",
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of("no Host", "GET /api/toys HTTP/1.1\r\n\r\n", 400, "VALIDATION_FAILED"),
                Arguments.of("path without slash", "GET api HTTP/1.1" + END, 404, "NOT_FOUND"),
                Arguments.of("asterisk", "OPTIONS * HTTP/1.1" + END, 404, "NOT_FOUND"),
                Arguments.of("bad escape in the path", "GET /api/toys/%zz HTTP/1.1" + END, 400, "VALIDATION_FAILED"),
                Arguments.of("half an escape", "GET /api/toys/% HTTP/1.1" + END, 400, "VALIDATION_FAILED"),
                Arguments.of("bad escape in no route's path", "GET /%c HTTP/1.1" + END, 400, "VALIDATION_FAILED"),
                Arguments.of(
                        "body over the limit, declared",
                        post + "Content-Length: 16385\r\n\r\n" + "x".repeat(16_385),
                        413,
                        "PAYLOAD_TOO_LARGE"),
                Arguments.of(
                        "gigabytes declared", post + "Content-Length: 99999999999\r\n\r\n", 413, "PAYLOAD_TOO_LARGE"),
                Arguments.of(
                        "body over the limit, chunked",
                        post + "Transfer-Encoding: chunked\r\n\r\n"
                                + ("1000\r\n" + "x".repeat(4_096) + "\r\n").repeat(5),
                        413,
                        "PAYLOAD_TOO_LARGE"),
                Arguments.of(
                        "body over the express limit, declared",
                        express + "Content-Length: 65\r\n\r\n" + "x".repeat(65),
                        413,
                        "PAYLOAD_TOO_LARGE"),
                Arguments.of(
                        "body over the express limit, chunked",
                        express + "Transfer-Encoding: chunked\r\n\r\n" + "41\r\n" + "x".repeat(65) + "\r\n",
                        413,
                        "PAYLOAD_TOO_LARGE"),
                Arguments.of(
                        "too much announced to the express route",
                        express + "Expect: 100-continue\r\nContent-Length: 65\r\n\r\n",
                        413,
                        "PAYLOAD_TOO_LARGE"),
                Arguments.of(
                        "unknown expectation",
                        post + "Expect: tea\r\nContent-Length: 1\r\n\r\n1",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "gzipped body",
                        post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u0008\u0000",
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "deeply nested JSON",
                        post + "Content-Length: 16000\r\n\r\n" + "[".repeat(16_000),
                        400,
                        "VALIDATION_FAILED"),
                Arguments.of(
                        "text/plain",
                        "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n{\"eventId\":1}",
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        "a form",
                        "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\neventId=1",
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        "a broken multipart form",
                        "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\nContent-Length: 9\r\n\r\neventId=1",
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        "a form where there is no body",
                        "GET /api/toys HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1\r\n\r\nx",
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        "no media type",
                        "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Length: 13\r\n\r\n{\"eventId\":1}",
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        "another charset",
                        "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=utf-16\r\nContent-Length: 13\r\n\r\n{\"eventId\":1}",
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of("unknown path", "GET /nothing HTTP/1.1" + END, 404, "NOT_FOUND"),
                Arguments.of("path traversal", "GET /api/..%2f..%2fetc/passwd HTTP/1.1" + END, 404, "NOT_FOUND"),
                Arguments.of("a thrown exception", "GET /api/boom HTTP/1.1" + END, 500, "INTERNAL_ERROR"),
                Arguments.of("a time-out behind us", "GET /api/away HTTP/1.1" + END, 503, "UNAVAILABLE"),
                Arguments.of("a failure the server knows", "GET /api/known-away HTTP/1.1" + END, 503, "UNAVAILABLE"),
                Arguments.of(
                        "another method on the express path",
                        "GET /api/toys/express HTTP/1.1" + END,
                        405,
                        "METHOD_NOT_ALLOWED"),
                Arguments.of(
                        "another spelling of the express path",
                        "POST /api/toys/%65xpress HTTP/1.1" + END,
                        404,
                        "NOT_FOUND"),
                Arguments.of("TRACE", "TRACE /api/toys HTTP/1.1" + END, 405, "METHOD_NOT_ALLOWED"),
                Arguments.of("made-up method", "BREW /api/toys HTTP/1.1" + END, 405, "METHOD_NOT_ALLOWED"),
                Arguments.of(
                        "method override",
                        "GET /api/toys HTTP/1.1\r\nX-HTTP-Method-Override: DELETE" + END,
                        200,
                        null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void answersHostileInputAsDocumented(String what, String request, int status, String code) throws Exception {
        Reply reply = RawHttp.exchange(server.port(), request);
        assertThat(reply.status()).as(what + ": " + reply).isEqualTo(status);
        assertThat(reply.headers()).containsKey("x-request-id").containsEntry("x-content-type-options", "nosniff");
        if (code != null) {
            assertThat(reply.headers()).containsEntry("content-type", "application/problem+json");
            assertThat(reply.code()).isEqualTo(code);
            assertThat(reply.json().getString("requestId"))
                    .isEqualTo(reply.headers().get("x-request-id"));
            assertThat(reply.body()).doesNotContain("secret", "Exception", "io.vertx", "java.");
        }
        assertThat(RawHttp.exchange(server.port(), "GET /api/toys HTTP/1.1" + END)
                        .status())
                .as("others are still served")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%00",
                "%c0%af",
                "%ff",
                "%0d%0aX:%201",
                "%2e%2e",
                "%252e",
                "a%20b",
                "%F0%9F%98%80",
                "%ED%A0%80",
                "..;",
                "~",
                "%7f",
                "'%20or%201=1",
                "%7B%7D"
            })
    void neverFailsOnAnOddPath(String segment) throws Exception {
        Reply reply = RawHttp.exchange(server.port(), "GET /api/toys/" + segment + " HTTP/1.1" + END);
        assertThat(reply.status()).as(reply.toString()).isIn(200, 400, 404);
        assertThat(reply.headers()).doesNotContainKey("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?a=%zz", "?%", "?a=%ff", "?=&&=", "?a=1#b", "?" + "a=1&a=2"})
    void neverFailsOnAnOddQuery(String query) throws Exception {
        assertThat(RawHttp.exchange(server.port(), "GET /api/toys" + query + " HTTP/1.1" + END)
                        .status())
                .isIn(200, 400);
    }

    @Test
    void refusesABareLineFeed() throws Exception {
        try (var http = new RawHttp(server.port())) {
            assertThat(http.send("GET /api/toys HTTP/1.1\nHost: a\n\n").reply().status())
                    .isEqualTo(400);
            assertThat(http.isClosedWithin(1_500)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"/api/toys, 'GET, POST'", "/api/toys/7, 'GET, PATCH'", "/api/toys/express, POST", "/page, GET"})
    void tellsTheMethodsThatAreThere(String path, String allow) throws Exception {
        Reply reply = RawHttp.exchange(server.port(), "DELETE " + path + " HTTP/1.1" + END);
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.headers()).containsEntry("allow", allow);
    }

    @Test
    void closesAfterWhatItCouldNotRead() throws Exception {
        for (String request : List.of(
                "\u0001GET / HTTP/1.1" + END,
                "POST /api/toys HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST /api/toys HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")) {
            try (var http = new RawHttp(server.port())) {
                Reply reply = http.send(request).reply();
                assertThat(reply.headers()).containsEntry("connection", "close");
                assertThat(http.isClosedWithin(1_500)).isTrue();
            }
        }
    }

    @Test
    void doesNotTakeTheRestOfARefusedRequestForAnother() throws Exception {
        try (var http = new RawHttp(server.port())) {
            Reply reply = http.send("POST /api/toys HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"
                            + "GET /api/toys HTTP/1.1" + END)
                    .reply();
            assertThat(reply.status()).isEqualTo(400);
            assertThat(http.reply().status()).isZero();
        }
    }

    @Test
    void closesOnABrokenChunk() throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send("POST /api/toys HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            assertThat(http.reply().status()).as("no answer").isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/toys", "/api/toys/express"})
    void cutsASlowBody(String path) throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send("POST " + path
                    + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n");
            assertThat(http.send("{").reply()).satisfies(reply -> {
                assertThat(reply.status()).isEqualTo(408);
                assertThat(reply.code()).isEqualTo("REQUEST_TIMEOUT");
                assertThat(reply.headers()).containsEntry("connection", "close");
            });
            assertThat(http.dripUntilClosed(50, 3_000)).isLessThan(1_500);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /api/toys HTTP/1.1\r\nX: ", "GET /", ""})
    void cutsASlowHead(String start) throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send(start);
            assertThat(http.dripUntilClosed(100, 10_000)).isLessThan(8_000);
        }
    }

    @Test
    void cutsWhoSaysNothing() throws Exception {
        try (var http = new RawHttp(server.port())) {
            assertThat(http.isClosedWithin(8_000)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/toys HTTP/1.1" + END,
                "POST /api/toys/express HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            })
    void cutsASlowHeadAfterAWholeRequest(String before) throws Exception {
        try (var http = new RawHttp(server.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(http.send(before).reply().status()).isEqualTo(200);
            }
            Thread.sleep(2 * ToyServer.HEAD_TIMEOUT.toMillis());
            assertThat(http.send(before).reply().status())
                    .as("silence is not slow")
                    .isEqualTo(200);
            assertThat(http.send("GET /").dripUntilClosed(100, 10_000)).isLessThan(8_000);
        }
    }

    @Test
    void keepsWhoSendsItsBodyApartFromItsHead() throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send("POST /api/toys/express HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
            Thread.sleep(50);
            assertThat(http.send("abc").reply().body()).isEqualTo("3");
            Thread.sleep(2 * ToyServer.HEAD_TIMEOUT.toMillis());
            assertThat(http.send("GET /api/toys HTTP/1.1" + END).reply().status())
                    .as("the body was not a head")
                    .isEqualTo(200);
        }
    }

    @Test
    void waitsForTheAnswerThatIsAhead() throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send("GET /api/slow HTTP/1.1" + END);
            Thread.sleep(50);
            http.send("GET /api/toys HTTP/1.1" + END);
            assertThat(http.reply().body()).isEqualTo("slow");
            assertThat(http.reply().body()).contains("toys");
        }
    }

    @Test
    void takesNoMoreConnectionsThanItMay() throws Exception {
        List<RawHttp> open = new ArrayList<>();
        try {
            int before = CUT.getOrDefault(Connections.Cut.TOO_MANY, 0);
            while (CUT.getOrDefault(Connections.Cut.TOO_MANY, 0) == before && open.size() <= ToyServer.CONNECTIONS) {
                var http = new RawHttp(server.port());
                open.add(http);
                if (open.size() < ToyServer.CONNECTIONS / 2) {
                    assertThat(http.send("GET /api/toys HTTP/1.1" + END).reply().status())
                            .isEqualTo(200);
                }
            }
            await().until(() -> CUT.getOrDefault(Connections.Cut.TOO_MANY, 0) > before);
            assertThat(OPEN.get()).isLessThanOrEqualTo(ToyServer.CONNECTIONS);
            assertThat(open.get(0).send("GET /api/toys HTTP/1.1" + END).reply().status())
                    .as("who was there first stays")
                    .isEqualTo(200);
        } finally {
            for (RawHttp each : open) each.close();
        }
        await().until(() -> OPEN.get() == 0);
        assertThat(RawHttp.exchange(server.port(), "GET /api/toys HTTP/1.1" + END)
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/toys", "/api/toys/express"})
    void waitsForABodyThatIsInTime(String path) throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send("POST " + path
                    + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n");
            for (byte b : "{\"eventId\":1}".getBytes(UTF_8)) {
                http.send(new byte[] {b});
            }
            assertThat(http.reply().status()).isIn(200, 201);
            Thread.sleep(ToyServer.BODY_TIMEOUT.toMillis() + 200);
            assertThat(http.send("GET /api/toys HTTP/1.1" + END).reply().status())
                    .as("the connection is still good")
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/toys", "/api/toys/express"})
    void tellsAClientToGoOn(String path) throws Exception {
        assertThat(RawHttp.exchange(
                                server.port(),
                                "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                        + "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n{\"eventId\":1}")
                        .status())
                .isIn(200, 201);
    }

    @Test
    void readsChunksOnTheExpressRoute() throws Exception {
        String head = "POST /api/toys/express HTTP/1.1\r\nTransfer-Encoding: chunked" + END;
        Reply reply = RawHttp.exchange(server.port(), head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assertThat(reply.body()).isEqualTo("5");
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        try (var http = new RawHttp(server.port())) {
            http.send("POST /api/toys/express HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                    + "GET /api/toys HTTP/1.1" + END
                    + "POST /api/toys/express HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            assertThat(http.reply().body()).isEqualTo("1");
            assertThat(http.reply().body()).contains("toys");
            assertThat(http.reply().body()).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({"abc-1.2_3, true", "'', false", "a b, false", "a;b, false", "<x>, false"})
    void takesASaneRequestId(String sent, boolean taken) throws Exception {
        Reply reply = RawHttp.exchange(server.port(), "GET /api/toys HTTP/1.1\r\nX-Request-Id: " + sent + END);
        assertThat(sent.equals(reply.headers().get("x-request-id"))).isEqualTo(taken);
    }

    @Test
    void keepsBrowsersFromDoingMore() throws Exception {
        Reply api = RawHttp.exchange(server.port(), "GET /api/toys HTTP/1.1" + END);
        Reply page = RawHttp.exchange(server.port(), "GET /page HTTP/1.1" + END);
        Reply express = RawHttp.exchange(
                server.port(), "POST /api/toys/express HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        Reply denied = RawHttp.exchange(
                server.port(), "POST /api/toys/express HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n");
        for (Reply data : List.of(api, express, denied)) {
            assertThat(data.headers())
                    .containsEntry("cache-control", "no-store")
                    .containsEntry("x-frame-options", "DENY")
                    .containsEntry("referrer-policy", "no-referrer")
                    .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
                    .doesNotContainKeys("server", "strict-transport-security");
        }
        assertThat(RawHttp.exchange(server.port(), "\u0001GET / HTTP/1.1" + END).headers())
                .containsEntry("x-frame-options", "DENY");
        assertThat(page.headers()).doesNotContainKey("cache-control").containsKey("content-security-policy");
    }

    @ParameterizedTest
    @CsvSource({
        "https://shop.example, true",
        "http://localhost:3000, true",
        "https://evil.example, false",
        "https://shop.example.evil.example, false",
        "https://shop.example:444, false",
        "http://shop.example, false",
        "null, false"
    })
    void namesOnlyTheOriginsItKnows(String origin, boolean known) throws Exception {
        for (String line : List.of("GET /api/toys", "POST /api/toys/express", "GET /nothing")) {
            Reply reply =
                    RawHttp.exchange(server.port(), line + " HTTP/1.1\r\nContent-Length: 0\r\nOrigin: " + origin + END);
            assertThat(reply.status()).isIn(200, 404);
            assertThat(reply.headers().get("access-control-allow-origin")).isEqualTo(known ? origin : null);
            assertThat(reply.headers())
                    .containsEntry("vary", "origin")
                    .doesNotContainKey("access-control-allow-credentials");
        }
    }

    @Test
    void answersPreflightsOfTheOriginsItKnows() throws Exception {
        String preflight = "OPTIONS /api/toys/express HTTP/1.1\r\nAccess-Control-Request-Method: POST\r\nOrigin: ";
        Reply known = RawHttp.exchange(server.port(), preflight + "https://shop.example" + END);
        Reply foreign = RawHttp.exchange(server.port(), preflight + "https://evil.example" + END);
        assertThat(known.status()).isEqualTo(204);
        assertThat(known.headers().get("access-control-allow-headers")).contains("Idempotency-Key");
        assertThat(known.headers()).containsKey("x-request-id");
        assertThat(foreign.status()).isEqualTo(405);
        assertThat(foreign.headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void metersEachAnswerUnderItsRoute() throws Exception {
        METERED.clear();
        for (String line : List.of(
                "GET /api/toys/1",
                "GET /api/toys/2",
                "GET /x",
                "GET /y",
                "GET /api/boom",
                "PUT /api/toys",
                "POST /api/toys/express")) {
            RawHttp.exchange(server.port(), line + " HTTP/1.1\r\nContent-Length: 0" + END);
        }
        assertThat(METERED)
                .isEqualTo(Map.of(
                        "/api/toys/:id 200",
                        2,
                        "none 404",
                        2,
                        "none 405",
                        1,
                        "/api/boom 500",
                        1,
                        "/api/toys/express 200",
                        1));
    }
}
