package io.couponrush.tracing;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * The trace of the exchange that is being worked on, kept in its Vert.x context.
 *
 * @param span the exchange's, when it is sampled
 */
public record CurrentTrace(String traceId, @Nullable Span span) {

    /** Null outside of an exchange, and always where tracing is off. */
    public static @Nullable CurrentTrace get() {
        Context context = Vertx.currentContext();
        return context == null ? null : of(context);
    }

    /** The span of the exchange that is being worked on, when it is sampled. */
    public static @Nullable Span sampled() {
        CurrentTrace current = get();
        return current == null ? null : current.span;
    }

    static @Nullable CurrentTrace of(Context context) {
        return TraceLocal.TRACE.get(context);
    }

    void enter(Context context) {
        TraceLocal.TRACE.put(context, this);
    }
}
