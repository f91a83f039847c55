package io.couponrush.tracing;

import io.vertx.core.Context;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.List;
import java.util.Map.Entry;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What Vert.x tells by itself: a span for each sampled request to the server, and for each query that is made while it is
 * worked on. Messages and calls of other clients are not recorded here: claims travel in batches, and other servers are
 * nobody's business.
 */
public final class VertxHooks implements VertxTracer<@Nullable Span, @Nullable Span> {
    private static final int SERVER_ERRORS = 500;
    private static final String QUERY = "Query";
    private static final String QUERY_TEXT = "db.query.text";

    private final Tracing tracing;
    private final Sampling sampling;

    VertxHooks(Tracing tracing, Sampling sampling) {
        this.tracing = tracing;
        this.sampling = sampling;
    }

    Tracing tracing() {
        return tracing;
    }

    @Override
    public <R> @Nullable Span receiveRequest(
            Context context,
            SpanKind kind,
            TracingPolicy policy,
            R request,
            String operation,
            Iterable<Entry<String, String>> headers,
            TagExtractor<R> tags) {
        if (!(request instanceof HttpRequest http)) {
            return null;
        }
        TraceParent parent = parentOf(http);
        if (!sampling.takes(parent)) {
            new CurrentTrace(parent == null ? TraceParent.newTraceId() : parent.traceId(), null).enter(context);
            return null;
        }
        Span span = tracing.begin(operation, Span.Kind.SERVER, parent).with("http.request.method", operation);
        new CurrentTrace(span.traceId(), span).enter(context);
        return span;
    }

    @Override
    public <R> void sendResponse(
            Context context, R response, @Nullable Span span, @Nullable Throwable failure, TagExtractor<R> tags) {
        if (span == null) {
            return;
        }
        if (response instanceof HttpResponse http) {
            span.with("http.response.status_code", http.statusCode());
            if (http.statusCode() >= SERVER_ERRORS) {
                span.failed(Integer.toString(http.statusCode()));
            }
        }
        span.end(failure);
    }

    @Override
    public <R> @Nullable Span sendRequest(
            Context context,
            SpanKind kind,
            TracingPolicy policy,
            R request,
            String operation,
            BiConsumer<String, String> headers,
            TagExtractor<R> tags) {
        CurrentTrace current = operation.equals(QUERY) ? CurrentTrace.of(context) : null;
        Span asking = current == null ? null : current.span();
        if (asking == null) {
            return null;
        }
        String text = tag(request, tags);
        return tracing.begin("postgresql", Span.Kind.CLIENT, asking.parent())
                .with("db.system.name", "postgresql")
                .with(QUERY_TEXT, text.strip());
    }

    @Override
    public <R> void receiveResponse(
            Context context, R response, @Nullable Span span, @Nullable Throwable failure, TagExtractor<R> tags) {
        if (span != null) {
            span.end(failure);
        }
    }

    /** Of two headers none is believed. */
    private static @Nullable TraceParent parentOf(HttpRequest request) {
        List<String> sent = request.headers().getAll(TraceParent.HEADER);
        return sent.size() == 1 ? TraceParent.parse(sent.get(0)) : null;
    }

    /** The text of the statement, in which values are numbers of parameters. */
    private static <R> String tag(R request, TagExtractor<R> tags) {
        for (int i = 0; i < tags.len(request); i++) {
            if (tags.name(request, i).equals(QUERY_TEXT)) {
                return tags.value(request, i);
            }
        }
        return "";
    }
}
