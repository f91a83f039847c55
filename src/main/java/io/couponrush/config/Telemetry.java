package io.couponrush.config;

import java.time.Duration;

/**
 * Traces of requests and claims, and where they go.
 *
 * @param endpoint a collector's place for traces by OTLP over HTTP
 * @param ratio the share of requests that are recorded where no caller does, 0 to 1
 * @param parentsPerSecond requests of a node that are recorded because their callers record them; 0: none
 * @param service what the collector calls this service
 * @param queue spans that may wait; more are lost
 * @param exportTimeout for one batch; what the collector does not take in it is lost
 */
public record Telemetry(
        @Default("false") boolean enabled,
        @Default("http://127.0.0.1:4318/v1/traces") String endpoint,
        @Default("0.01") double ratio,
        @Default("100") int parentsPerSecond,
        @Default("couponrush") String service,
        @Default("8192") int queue,
        @Default("5s") Duration exportTimeout) {
    public Telemetry {
        Rules.of("tracing")
                .that(Shapes.isHttp(endpoint), "endpoint", "is not a URL like http://127.0.0.1:4318/v1/traces")
                .that(ratio >= 0 && ratio <= 1, "ratio", ratio + " is not within 0..1")
                .range("parentsPerSecond", parentsPerSecond, 0, Integer.MAX_VALUE)
                .that(!service.isBlank(), "service", "is blank")
                .range("queue", queue, 1, 1_000_000)
                .positive("exportTimeout", exportTimeout)
                .check();
    }
}
