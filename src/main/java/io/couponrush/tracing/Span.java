package io.couponrush.tracing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.opentelemetry.api.trace.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * A part of a sampled trace, from its beginning to its end. Says what was done and how it went, and never a token, an
 * address, a code or who it was for. Thread-safe; what is said after the end is not heard.
 */
public final class Span {
    private final io.opentelemetry.api.trace.Span recorded;

    /** What it is, seen from here. */
    public enum Kind {
        SERVER,
        CLIENT,
        PRODUCER,
        CONSUMER
    }

    Span(io.opentelemetry.api.trace.Span recorded) {
        this.recorded = recorded;
    }

    public String traceId() {
        return recorded.getSpanContext().getTraceId();
    }

    public String spanId() {
        return recorded.getSpanContext().getSpanId();
    }

    /** For whoever goes on with the trace elsewhere: the value of {@code traceparent}. */
    public String parentText() {
        return parent().text();
    }

    TraceParent parent() {
        return new TraceParent(traceId(), spanId(), true);
    }

    /** The parent text of a span that may not be there. */
    public static @Nullable String textOf(@Nullable Span span) {
        return span == null ? null : span.parentText();
    }

    @CanIgnoreReturnValue
    public Span with(String key, String value) {
        recorded.setAttribute(key, value);
        return this;
    }

    @CanIgnoreReturnValue
    public Span with(String key, long value) {
        recorded.setAttribute(key, value);
        return this;
    }

    @CanIgnoreReturnValue
    public Span named(String name) {
        recorded.updateName(name);
        return this;
    }

    /** Of a kind that {@code why} names. */
    @CanIgnoreReturnValue
    public Span failed(String why) {
        recorded.setAttribute("error.type", why).setStatus(StatusCode.ERROR);
        return this;
    }

    public void end() {
        recorded.end();
    }

    /** As failed, unless that is null. Only the class of the failure is told: its message may hold anything. */
    public void end(@Nullable Throwable failure) {
        if (failure != null) {
            failed(failure.getClass().getSimpleName());
        }
        end();
    }
}
