package io.couponrush.issuance;

import static io.couponrush.testkit.Delivery.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import io.couponrush.config.Telemetry;
import io.couponrush.ops.Meters;
import io.couponrush.testkit.Collector;
import io.couponrush.testkit.Delivery;
import io.couponrush.tracing.TraceParent;
import io.couponrush.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the relay adds to the messages of sampled coupons, and to no others. */
class TracedRelayIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String ISSUING = "00f067aa0ba902b7";

    private final Delivery delivery = new Delivery();

    @AfterEach
    void close() throws IOException {
        delivery.close();
    }

    @Test
    void goesOnWithTheTraceOfASampledCoupon() throws Exception {
        issueThreeAndTraceOne();
        try (var collector = new Collector()) {
            Tracing tracing = Tracing.start(
                    new Telemetry(true, collector.endpoint(), 0, 0, "relay", 100, Duration.ofSeconds(1)), "1");
            Vertx vertx = Vertx.builder().withTracer(o -> tracing.hooks()).build();
            List<Map<String, Object>> headers = published(vertx);
            assertThat(headers).hasSize(3);
            String sent = headers.stream()
                    .filter(Objects::nonNull)
                    .map(each -> String.valueOf(each.get("traceparent")))
                    .reduce((a, b) -> a + b)
                    .orElseThrow();
            await().atMost(SOON).until(() -> collector.of(TRACE).size() == 1);
            var span = collector.of(TRACE).get(0);
            assertThat(span.parentId()).isEqualTo(ISSUING);
            assertThat(TraceParent.parse(sent)).isEqualTo(new TraceParent(TRACE, span.spanId(), true));
            await().atMost(SOON).until(() -> delivery.number("select count(*) from claim_traces") == 0);
            await(vertx.close());
            await(tracing.close());
        }
    }

    @Test
    void addsNothingWhereTracingIsOff() throws Exception {
        issueThreeAndTraceOne();
        assertThat(published(delivery.vertx)).hasSize(3).containsOnlyNulls();
    }

    private void issueThreeAndTraceOne() {
        delivery.issue(delivery.campaign(10), 1, 3);
        await(delivery.pool
                .query("insert into claim_traces (rid, traceparent) select rid, '00-" + TRACE + "-" + ISSUING
                        + "-01' from user_coupons where user_id = 2")
                .execute());
    }

    private List<Map<String, Object>> published(Vertx vertx) throws Exception {
        var relay = new OutboxRelay(
                delivery.settings(), delivery.topology, new Meters(new SimpleMeterRegistry()).delivery());
        await(vertx.deployVerticle(relay));
        await().atMost(SOON).until(() -> delivery.unpublished() == 0);
        return delivery.drain(delivery.topology.issued()).stream()
                .map(GetResponse::getProps)
                .map(properties -> properties.getHeaders())
                .toList();
    }
}
