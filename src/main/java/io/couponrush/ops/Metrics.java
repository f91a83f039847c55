package io.couponrush.ops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The one registry, with what Vert.x and the JVM tell of themselves. Needed before Vert.x is built. */
public final class Metrics {
    private static final double[] BUCKETS = Stream.of(1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)
            .mapToDouble(millis -> millis.doubleValue() * Duration.ofMillis(1).toNanos())
            .toArray();

    /** By which Vert.x measures what Postgres takes for a query. */
    private static final String QUERIES = "vertx.sql.processing.time";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private volatile IntSupplier members = () -> 1;
    private volatile LongSupplier spansSent = () -> 0;
    private volatile LongSupplier spansLost = () -> 0;

    public Metrics() {
        registry.config().meterFilter(buckets());
        Gauge.builder("couponrush.cluster.members", () -> members.getAsInt())
                .description("Nodes that this node is one cluster with, itself included")
                .register(registry);
        Stream.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ClassLoaderMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(part -> part.bindTo(registry));
    }

    /** Tells who counts the nodes of the cluster; without it there is one. Asked at each scrape, on any thread. */
    public void cluster(IntSupplier nodes) {
        members = nodes;
    }

    /** Counts the spans that a collector took and those that it did not get. Asked at each scrape, on any thread. */
    public void spans(LongSupplier sent, LongSupplier lost) {
        spansSent = sent;
        spansLost = lost;
        spans("sent", metrics -> metrics.spansSent.getAsLong());
        spans("lost", metrics -> metrics.spansLost.getAsLong());
    }

    private void spans(String outcome, ToDoubleFunction<Metrics> count) {
        FunctionCounter.builder("couponrush.tracing.spans", this, count)
                .description("Spans of sampled traces, by whether the collector got them")
                .tag("outcome", outcome)
                .register(registry);
    }

    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** Adds the metrics of Vert.x: pools and clients. What runs per request or message we measure ourselves, cheaper. */
    public VertxBuilder instrument(VertxBuilder builder, VertxOptions options) {
        return builder.with(options.setMetricsOptions(options())).withMetrics(new MicrometerMetricsFactory(registry));
    }

    static MicrometerMetricsOptions options() {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setLabels(EnumSet.of(Label.POOL_TYPE, Label.POOL_NAME, Label.NAMESPACE))
                .setDisabledMetricsCategories(List.of(
                                MetricsDomain.HTTP_SERVER,
                                MetricsDomain.EVENT_BUS,
                                MetricsDomain.NET_SERVER,
                                MetricsDomain.NET_CLIENT,
                                MetricsDomain.DATAGRAM_SOCKET)
                        .stream()
                        .map(MetricsDomain::toCategory)
                        .collect(Collectors.toSet()));
    }

    /**
     * Times of answers and of Postgres in the buckets that dashboards and alerts ask for; no quantiles, which do not add
     * up over nodes.
     */
    private static MeterFilter buckets() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                if (!id.getName().endsWith(".response.time") && !id.getName().equals(QUERIES)) {
                    return config;
                }
                return DistributionStatisticConfig.builder()
                        .serviceLevelObjectives(BUCKETS)
                        .build()
                        .merge(config);
            }
        };
    }
}
