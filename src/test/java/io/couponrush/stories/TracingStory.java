package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Collector;
import io.couponrush.testkit.Collector.Seen;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Shopper;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a collector sees of claims that go through two nodes and all servers behind them. */
class TracingStory {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String CALLER = "00f067aa0ba902b7";

    private static Collector collector;
    private static RunningService front;
    private static RunningService back;

    @BeforeAll
    static void start() {
        collector = new Collector();
        var clustering = Clustering.of(2);
        Map<String, String> shared =
                RunningService.environment(Backends.shared().redisUri());
        shared.putAll(collector.env());
        shared.put("COUPONRUSH_TRACING_RATIO", "0");
        shared.put("COUPONRUSH_TRACING_EXPORT_TIMEOUT", "1s");
        shared.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        shared.put("COUPONRUSH_HTTP_PORT", "0");
        shared.put("COUPONRUSH_ISSUANCE_REMOTE", "true");
        shared.put("COUPONRUSH_HTTP_INSTANCES", "1");
        back = node(shared, clustering.env(0), "issuance,notification");
        front = node(shared, clustering.env(1), "http");
    }

    private static RunningService node(Map<String, String> shared, Map<String, String> own, String roles) {
        var env = new HashMap<>(shared);
        env.putAll(own);
        env.put("COUPONRUSH_ROLES", roles);
        return RunningService.with(env);
    }

    @AfterAll
    static void stop() {
        front.close();
        back.close();
        collector.close();
    }

    /** Without the look at the campaign, which is there only when what the node knows of it is a second old. */
    private static List<Seen> claimIn(String trace) {
        return collector.of(trace).stream()
                .filter(span -> !span.attributes()
                        .getOrDefault("db.query.text", "")
                        .contains("from coupon_events where id = $1"))
                .toList();
    }

    @Test
    void oneTraceFromTheClickToTheBrowsersNotice() {
        long sale = front.staff().opens(Sale.of(10_000));
        assertThat(front.callers(1_000).allClaim(sale).issued())
                .hasSize(1_000); // so that the times are those of a warm JVM
        var callers = front.callers(1);
        Shopper shopper = Shopper.of(front, callers, sale).get(0);
        String trace = newTrace();
        Web.Reply reply = claim(callers.one(), sale, "00-" + trace + "-" + CALLER + "-01");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("X-Request-Id")).isEqualTo(trace);
        await().atMost(SOON).until(() -> !shopper.heard("coupon.issued").isEmpty());
        await().atMost(SOON).until(() -> claimIn(trace).size() >= 9);
        shopper.leaves();

        Map<String, Seen> spans = claimIn(trace).stream().collect(Collectors.toMap(Seen::name, Function.identity()));
        assertThat(spans).hasSize(9);
        String above = CALLER;
        for (String name : List.of(
                "POST /api/coupons/issue",
                "coupon.issue send",
                "coupon.issue process",
                "issue",
                "coupon.issued publish",
                "coupon.issued process",
                "notice push")) {
            assertThat(spans).containsKey(name);
            assertThat(spans.get(name).parentId()).as(name).isEqualTo(above);
            above = spans.get(name).spanId();
        }
        assertThat(spans.get("reserve").parentId())
                .isEqualTo(spans.get("coupon.issue process").spanId());
        assertThat(spans.get("store notices").parentId())
                .isEqualTo(spans.get("coupon.issued process").spanId());
        assertThat(spans.values()).noneMatch(Seen::failed);
        assertThat(spans.values()).allMatch(span -> span.start() <= span.end());
        assertThat(instances(spans, "POST /api/coupons/issue", "coupon.issue send", "notice push"))
                .hasSize(1)
                .doesNotContainAnyElementsOf(
                        instances(spans, "coupon.issue process", "issue", "coupon.issued publish"));
        print(collector.of(trace));
    }

    @Test
    void saysNothingOfWhoItWasForAndNoSecret() {
        long sale = front.staff().opens(Sale.of(10));
        Caller caller = front.callers(1).one();
        String trace = newTrace();
        JsonObject coupon =
                claim(caller, sale, "00-" + trace + "-" + CALLER + "-01").with(201);
        await().atMost(SOON).until(() -> collector.of(trace).stream()
                .anyMatch(span -> span.name().equals("coupon.issued process")));
        String read = newTrace();
        Web.anybody(front)
                .as(caller.token())
                .send("GET", "/api/coupons/my?limit=7", null, "traceparent", "00-" + read + "-" + CALLER + "-01")
                .with(200);
        String login = newTrace();
        Web.anybody(front)
                .post(
                        "/api/auth/login",
                        new JsonObject().put("email", "canary@trace.example").put("password", "canary-password-1"),
                        "traceparent",
                        "00-" + login + "-" + CALLER + "-01")
                .with(401);
        await().atMost(SOON)
                .until(() ->
                        collector.of(read).size() >= 2 && collector.of(login).size() >= 2);
        assertThat(collector.of(read)).extracting(Seen::name).contains("GET /api/coupons/my", "postgresql");
        String all = collector.all().toString();
        assertThat(all)
                .doesNotContain(caller.token(), coupon.getString("couponCode"), "canary", "limit=7", "Bearer", "@");
    }

    @Test
    void ownShareOfNothingAndHostileParentsRecordNothing() {
        long sale = front.staff().opens(Sale.of(100));
        Caller caller = front.callers(1).one();
        int before = collector.all().size();
        for (String hostile : List.of(
                "00-" + newTrace() + "-" + CALLER + "-00",
                "00-" + newTrace().toUpperCase(Locale.ROOT) + "-" + CALLER + "-01",
                "00-" + "0".repeat(32) + "-" + CALLER + "-01",
                "ff-" + newTrace() + "-" + CALLER + "-01",
                "' or 1=1 --",
                "00-" + "x".repeat(4_000))) {
            assertThat(claim(caller, sale, hostile).status()).isIn(201, 409);
        }
        assertThat(front.callers(20).allClaim(sale).issued()).hasSize(20);
        String last = newTrace();
        claim(front.callers(1).one(), sale, "00-" + last + "-" + CALLER + "-01");
        await().atMost(SOON).until(() -> collector.of(last).stream()
                .anyMatch(span -> span.name().equals("coupon.issued process")));
        assertThat(collector.all().stream().skip(before))
                .allMatch(span -> span.traceId().equals(last));
    }

    @Test
    void claimsGoOnWhileTheCollectorDoesNot() {
        long sale = front.staff().opens(Sale.of(10));
        Caller caller = front.callers(1).one();
        double before = lost();
        collector.answers(503);
        try {
            assertThat(claim(caller, sale, "00-" + newTrace() + "-" + CALLER + "-01")
                            .status())
                    .isEqualTo(201);
            await().atMost(SOON).until(() -> lost() >= before + 2);
        } finally {
            collector.answers(200);
        }
    }

    /** Spans that the node in front could not send. */
    private static double lost() {
        return Web.anybody(front)
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("couponrush_tracing_spans_total{outcome=\"lost\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static Web.Reply claim(Caller caller, long sale, String parent) {
        return Web.anybody(front)
                .as(caller.token())
                .post("/api/coupons/issue", new JsonObject().put("eventId", sale), "traceparent", parent);
    }

    private static String newTrace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static List<String> instances(Map<String, Seen> spans, String... names) {
        return List.of(names).stream()
                .map(name -> spans.get(name).instance())
                .distinct()
                .toList();
    }

    /** As the picture in the documents shows it: milliseconds from the first. */
    private static void print(List<Seen> spans) {
        long first = spans.get(0).start();
        for (Seen span : spans) {
            System.out.printf(
                    "%-26s %-8s %8.2f ms to %8.2f ms %s%n",
                    span.name(),
                    span.kind(),
                    (span.start() - first) / 1e6,
                    (span.end() - first) / 1e6,
                    span.instance().substring(0, 4));
        }
    }
}
