package io.couponrush.tracing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.config.Telemetry;
import io.couponrush.testkit.Collector;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way to the collector: bounded, counted, and nobody waits for it. */
class TracingIT {
    private final Collector collector = new Collector();
    private final Tracing tracing = Tracing.start(settings(8), "1");

    @AfterEach
    void close() {
        tracing.close().await();
        collector.close();
    }

    @Test
    void sendsWhatHasEnded() {
        Span first = tracing.begin("first", Span.Kind.SERVER, (TraceParent) null);
        Span second = requireNonNull(tracing.begin("second", Span.Kind.CLIENT, first.parentText()));
        second.end(new IllegalStateException("somebody@example.com"));
        first.with("a", "b").end();
        await().untilAsserted(() -> assertThat(collector.of(first.traceId())).hasSize(2));
        assertThat(collector.of(first.traceId()).get(1)).satisfies(span -> {
            assertThat(span.parentId()).isEqualTo(first.spanId());
            assertThat(span.failed()).isTrue();
            assertThat(span.attributes()).containsOnly(Map.entry("error.type", "IllegalStateException"));
        });
        await().until(() -> tracing.sent() == 2);
        assertThat(tracing.lost()).isZero();
    }

    @Test
    void goesOnWithSampledTracesOnly() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assertThat(tracing.begin("x", Span.Kind.CONSUMER, "00-" + trace + "-00f067aa0ba902b7-00"))
                .isNull();
        assertThat(tracing.begin("x", Span.Kind.CONSUMER, "nonsense")).isNull();
        assertThat(tracing.begin("x", Span.Kind.CONSUMER, (String) null)).isNull();
    }

    @Test
    void losesAndCountsWhatTheCollectorDoesNotTake() {
        collector.answers(400);
        record(5);
        await().atMost(Duration.ofMinutes(1)).until(() -> tracing.lost() == 5);
        collector.answers(200);
        record(5);
        await().atMost(Duration.ofMinutes(1)).until(() -> tracing.sent() == 5);
        assertThat(tracing.lost()).isEqualTo(5);
    }

    @Test
    void losesWhatFindsTheQueueFullAndDoesNotWait() {
        collector.answers(503); // worth another try to the library: batches stay until their time is over
        record(1);
        await().pollDelay(Duration.ofMillis(300)).until(() -> true);
        long start = System.nanoTime();
        record(10_000);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(tracing.lost()).isGreaterThanOrEqualTo(9_900);
    }

    @Test
    void sendsTheRestWhenItCloses() {
        record(8);
        tracing.close().await();
        assertThat(collector.all()).hasSize(8);
    }

    @Test
    void closesInTimeWithoutACollector() {
        collector.close();
        record(8);
        long start = System.nanoTime();
        tracing.close().await();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Tracing.FLUSH.plus(Duration.ofSeconds(2)));
        assertThat(tracing.lost()).isEqualTo(8);
    }

    private void record(int spans) {
        for (int i = 0; i < spans; i++) {
            tracing.begin("one of many", Span.Kind.SERVER, (TraceParent) null).end();
        }
    }

    private Telemetry settings(int queue) {
        return new Telemetry(true, collector.endpoint(), 1, 0, "couponrush", queue, Duration.ofSeconds(1));
    }
}
