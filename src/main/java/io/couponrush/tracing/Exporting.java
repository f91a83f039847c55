package io.couponrush.tracing;

import io.couponrush.config.Telemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The library's part: its SDK, and its exporter of OTLP over HTTP. */
final class Exporting {
    private static final int VALUE_MAX = 512;

    /** Says in its own words, on stderr and with each failure, what {@link Outlet} says once; kept, as loggers are weak. */
    private static final Logger CHATTER = Logger.getLogger("io.opentelemetry.exporter");

    private final SdkTracerProvider provider;
    private final SpanExporter exporter;
    private final Outlet outlet;
    private final ExecutorService sender;

    private Exporting(SdkTracerProvider provider, SpanExporter exporter, Outlet outlet, ExecutorService sender) {
        this.provider = provider;
        this.exporter = exporter;
        this.outlet = outlet;
        this.sender = sender;
    }

    static Exporting start(Telemetry settings, String version) {
        CHATTER.setLevel(Level.OFF);
        ExecutorService sender = Executors.newSingleThreadExecutor(Exporting::daemon);
        SpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint())
                .setTimeout(settings.exportTimeout())
                .setConnectTimeout(settings.exportTimeout())
                .setExecutorService(sender)
                .build();
        var outlet = new Outlet(exporter, settings.queue(), settings.exportTimeout());
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put("service.name", settings.service())
                        .put("service.version", version)
                        .put("service.instance.id", UUID.randomUUID().toString())
                        .build())
                .setSampler(Sampler.alwaysOn()) // what is not sampled never comes so far
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(VALUE_MAX)
                        .build())
                .addSpanProcessor(outlet)
                .build();
        return new Exporting(provider, exporter, outlet, sender);
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "tracing-sender");
        thread.setDaemon(true);
        return thread;
    }

    Tracer tracer() {
        return provider.get("io.couponrush");
    }

    long sent() {
        return outlet.sent();
    }

    long lost() {
        return outlet.lost();
    }

    /** Calls {@code closed} when it is done, on any thread. */
    void close(Duration limit, Runnable closed) {
        var unused = outlet.close(limit).whenComplete(() -> {
            exporter.shutdown();
            sender.shutdown();
            closed.run();
        });
    }
}
