package io.couponrush.tracing;

import io.couponrush.config.Telemetry;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Records spans and sends them to a collector. One of a Vert.x, which knows it, so that everybody on it finds it there;
 * where tracing is off there is none, and nothing of the library is loaded. Thread-safe, and nothing here waits.
 */
public final class Tracing {
    /** How long {@link #close} may take. */
    public static final Duration FLUSH = Duration.ofSeconds(2);

    private final Exporting exporting;
    private final Tracer tracer;
    private final VertxHooks hooks;

    private Tracing(Telemetry settings, Exporting exporting) {
        this.exporting = exporting;
        tracer = exporting.tracer();
        hooks = new VertxHooks(this, new Sampling(settings.ratio(), settings.parentsPerSecond(), System::nanoTime));
    }

    /**
     * Starts recording; does not wait for the collector.
     *
     * @param version of the service
     */
    public static Tracing start(Telemetry settings, String version) {
        return new Tracing(settings, Exporting.start(settings, version));
    }

    /** That of this Vert.x, or null where tracing is off. */
    public static @Nullable Tracing of(Vertx vertx) {
        return ((VertxInternal) vertx).tracer() instanceof VertxHooks hooks ? hooks.tracing() : null;
    }

    /** What Vert.x is built with, so that it tells of requests and of queries. */
    public VertxHooks hooks() {
        return hooks;
    }

    /** A part of the trace that was begun elsewhere; null when there is none, or it is not sampled. */
    public @Nullable Span begin(String name, Span.Kind kind, @Nullable String parentText) {
        TraceParent parent = TraceParent.parse(parentText);
        return parent == null || !parent.sampled() ? null : begin(name, kind, parent);
    }

    /** A part of that trace; the first of a new one when there is none. It is sampled. */
    Span begin(String name, Span.Kind kind, @Nullable TraceParent parent) {
        return new Span(tracer.spanBuilder(name)
                .setSpanKind(SpanKind.valueOf(kind.name()))
                .setParent(parent == null ? Context.root() : under(parent))
                .startSpan());
    }

    private static Context under(TraceParent parent) {
        return Context.root()
                .with(io.opentelemetry.api.trace.Span.wrap(SpanContext.createFromRemoteParent(
                        parent.traceId(), parent.spanId(), TraceFlags.getSampled(), TraceState.getDefault())));
    }

    /** A part of the span; null under none. */
    public static @Nullable Span within(@Nullable Tracing tracing, @Nullable Span parent, String name, Span.Kind kind) {
        return tracing == null || parent == null ? null : tracing.begin(name, kind, parent.parent());
    }

    /** Spans that the collector took. */
    public long sent() {
        return exporting.sent();
    }

    /** Spans that it did not get: the queue was full, or it did not take them. */
    public long lost() {
        return exporting.lost();
    }

    /** Sends what is queued, for {@link #FLUSH} at most. Nothing is recorded any more. Never fails. */
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        exporting.close(FLUSH, closed::complete);
        return closed.future();
    }
}
