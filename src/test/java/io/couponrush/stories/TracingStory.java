package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Collector;
import io.couponrush.testkit.Collector.Seen;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a collector sees of a claim that goes through two nodes and all servers behind them. */
class TracingStory {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
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

    @Test
    void oneTraceOfOneClaim() {
        long sale = front.staff().opens(Sale.of(10));
        var callers = front.callers(1);
        var reply = Web.anybody(front)
                .as(callers.one().token())
                .post(
                        "/api/coupons/issue",
                        new JsonObject().put("eventId", sale),
                        "traceparent",
                        "00-" + TRACE + "-" + CALLER + "-01");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("X-Request-Id")).isEqualTo(TRACE);
        await().atMost(SOON).untilAsserted(() -> assertThat(collector.of(TRACE)).hasSizeGreaterThanOrEqualTo(5));
        List<Seen> spans = collector.of(TRACE);
        spans.forEach(System.out::println);
        assertThat(spans)
                .extracting(Seen::name)
                .containsExactly(
                        "POST /api/coupons/issue", "coupon.issue send", "coupon.issue process", "reserve", "issue");
    }
}
