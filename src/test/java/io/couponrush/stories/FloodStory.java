package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Callers;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Service;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Floods of one kind leave the others alone. */
class FloodStory {
    private static final int LOGINS = 200;
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void claimsGoOnWhileLoginsQueue() {
        Map<String, String> patient = Map.of(
                "COUPONRUSH_LIMITS_LOGIN_BURST", "100000",
                "COUPONRUSH_ISSUANCE_DEADLINE", "30s",
                "COUPONRUSH_ISSUANCE_LEASE_TTL", "60s");
        try (var service = RunningService.start(patient);
                var flood = new Logins(service)) {
            long sale = service.staff().opens(Sale.of(300));
            var callers = service.callers(300);
            flood.begin();
            await().atMost(SOON).until(() -> flood.answered(503) > 0);

            var answers = callers.allClaim(sale);
            assertThat(flood.underWay()).as("still under way").isGreaterThan(LOGINS / 2);
            assertThat(answers.tally()).isEqualTo(Map.of("201", 300L));
            Sold.exactly(service, sale, 300, answers);
            flood.end();
            assertThat(flood.answers()).containsOnlyKeys(401, 503);
        }
    }

    /** As many logins under way as there may be, for as long as it is open. */
    private static final class Logins implements AutoCloseable {
        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(SOON)
                .build();
        private final Service service;
        private final Map<Integer, Integer> answers = new ConcurrentHashMap<>();
        private final AtomicBoolean goesOn = new AtomicBoolean(true);
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();

        Logins(Service service) {
            this.service = service;
        }

        void begin() {
            for (int i = 0; i < LOGINS; i++) next();
        }

        private void next() {
            var body = new JsonObject()
                    .put("email", "guess" + begun.incrementAndGet() + "@flood.example")
                    .put("password", "a password that is none");
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/api/auth/login"))
                    .header("Content-Type", "application/json")
                    .timeout(SOON)
                    .POST(BodyPublishers.ofString(body.encode()))
                    .build();
            var unused = client.sendAsync(request, BodyHandlers.discarding()).whenComplete((reply, failure) -> {
                answers.merge(reply == null ? 0 : reply.statusCode(), 1, Integer::sum);
                ended.incrementAndGet();
                if (goesOn.get()) next();
            });
        }

        int answered(int status) {
            return answers.getOrDefault(status, 0);
        }

        int underWay() {
            return begun.get() - ended.get();
        }

        Map<Integer, Integer> answers() {
            return answers;
        }

        void end() {
            goesOn.set(false);
            await().atMost(SOON).until(() -> underWay() == 0);
        }

        @Override
        public void close() {
            end();
        }
    }

    @Test
    void oneAddressHasItsCeilingWhoeverSignsInThere() {
        Map<String, String> ceiling = Map.of(
                "COUPONRUSH_LIMITS_ISSUE_PER_ADDRESS_PER_SECOND", "2", "COUPONRUSH_HTTP_TRUSTED_PROXIES", "127.0.0.1");
        try (var service = RunningService.start(ceiling)) {
            long sale = service.staff().opens(Sale.of(1_000));
            var callers = service.callers(60);
            int issued = 0;
            int limited = 0;
            for (var caller : callers.first(50).all()) {
                String sameNet = "2001:db8:7:7::" + Integer.toHexString(issued + limited + 1);
                var reply = claims(service, caller, sale, sameNet);
                if (reply.status() == 201) issued++;
                if (reply.status() == 429) {
                    limited++;
                    assertThat(reply.code()).isEqualTo("RATE_LIMITED");
                    assertThat(reply.header("RateLimit")).startsWith("\"issue-address\"");
                    assertThat(reply.header("Retry-After")).isNotNull();
                }
            }
            assertThat(issued).as("ten seconds' worth").isGreaterThanOrEqualTo(20);
            assertThat(issued + limited).isEqualTo(50);
            assertThat(limited).isPositive();
            assertThat(claims(service, callers.all().get(55), sale, "2001:db8:7:8::1")
                            .status())
                    .as("a neighbour")
                    .isEqualTo(201);
            assertThat(claims(service, callers.all().get(56), sale, "198.51.100.1, 203.0.113.9")
                            .status())
                    .as("what stands left is the client's own writing")
                    .isEqualTo(201);
            assertThat(service.books().of(sale).rows()).hasSize(issued + 2);
            assertThat(Web.anybody(service).get("/metrics").text())
                    .contains("couponrush_claims_address_limited_total " + limited + ".0");
        }
    }

    private static Web.Reply claims(Service service, Callers.Caller caller, long sale, String from) {
        return Web.anybody(service)
                .as(caller.token())
                .post("/api/coupons/issue", new JsonObject().put("eventId", sale), "X-Forwarded-For", from);
    }

    /** A byte a second is never silent. */
    @Test
    void whoDripsAHeadIsCutOffAndOthersAreNot() throws Exception {
        try (var service = RunningService.start(Map.of("COUPONRUSH_HTTP_HEAD_TIMEOUT", "3s"));
                var first = new RawHttp(service.port())) {
            String whole = "GET /api/coupons/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
            first.send("GET /api/coupons/events HTTP/1.1\r\nX-Slow: ");
            assertThat(first.dripUntilClosed(1_000, 20_000)).isBetween(2_000L, 15_000L);
            try (var next = new RawHttp(service.port())) {
                assertThat(next.send(whole).reply().status()).isEqualTo(200);
                assertThat(next.send("GET /").dripUntilClosed(1_000, 20_000)).isBetween(2_000L, 15_000L);
            }
            assertThat(Web.anybody(service).get("/metrics").text())
                    .contains("couponrush_http_connections_cut_total{why=\"slow_head\"} 2.0");
        }
    }
}
