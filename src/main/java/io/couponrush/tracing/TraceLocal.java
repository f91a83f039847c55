package io.couponrush.tracing;

import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/** The place in every Vert.x context where the current trace is kept; Vert.x finds this class before it makes the first. */
public final class TraceLocal implements VertxServiceProvider {
    static final ContextLocal<CurrentTrace> TRACE = ContextLocal.registerLocal(CurrentTrace.class);

    @Override
    public void init(VertxBootstrap bootstrap) {
        // loading the class was enough
    }
}
