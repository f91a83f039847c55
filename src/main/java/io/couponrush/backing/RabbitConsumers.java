package io.couponrush.backing;

import io.couponrush.timing.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The subscription that stands, and the making of the next one when it is lost, for ever. Belongs to one event loop. */
public final class RabbitConsumers {
    private static final Logger LOG = LoggerFactory.getLogger(RabbitConsumers.class);
    private static final long REST_FIRST_MS = 100;
    private static final long REST_MAX_MS = 5_000;

    private final Vertx vertx;
    private final Source source;
    private final Receiver receiver;
    private final Watch watch;
    private @Nullable RabbitSubscription subscription;
    private volatile boolean connected; // read by health checks elsewhere
    private boolean wasConnected;
    private boolean stopped;
    private final Backoff backoff = new Backoff(REST_FIRST_MS, REST_MAX_MS);

    /**
     * What is consumed, and how.
     *
     * @param connectionName what the broker shows of the connection
     * @param prefetch deliveries that may be unsettled
     */
    public record Source(
            String uri, String connectionName, RabbitTopology topology, List<String> queues, int prefetch) {}

    /** Takes deliveries, in their order. On the event loop: it must not block. */
    @FunctionalInterface
    public interface Receiver {
        void take(RabbitDeliveries from, long tag, RabbitMessage message);
    }

    /** Told how the connection goes. */
    public interface Watch {
        void connected(boolean is);

        /** A connection replaces one that was lost. */
        void reconnected();
    }

    public RabbitConsumers(Vertx vertx, Source source, Receiver receiver, Watch watch) {
        this.vertx = vertx;
        this.source = source;
        this.receiver = receiver;
        this.watch = watch;
    }

    /** From any thread. */
    public boolean connected() {
        return connected;
    }

    /** Connects, and goes on trying. */
    public void connect() {
        RabbitSubscription.open(vertx, source, receiver).onSuccess(this::use).onFailure(this::rest);
    }

    /** The client tells nobody when it loses its connection, so somebody has to look. */
    public void look() {
        RabbitSubscription used = subscription;
        if (used != null && !stopped && !used.current()) {
            subscription = null;
            show(false);
            used.close().onFailure(e -> LOG.debug("closing a lost connection", e));
            rest(new IllegalStateException("connection lost"));
        }
    }

    /** No new connection from here on. */
    public void retire() {
        stopped = true;
    }

    public Future<Void> close() {
        RabbitSubscription last = subscription;
        show(false);
        return last == null ? Future.succeededFuture() : last.close();
    }

    private void use(RabbitSubscription fresh) {
        if (stopped) {
            fresh.close().onFailure(e -> LOG.debug("closing a connection made too late", e));
            return;
        }
        if (backoff.failures() > 0) {
            LOG.info("{}: connected to the broker again", source.connectionName());
        }
        if (wasConnected) {
            watch.reconnected();
        }
        wasConnected = true;
        backoff.succeeded();
        subscription = fresh;
        show(true);
    }

    private void rest(Throwable failure) {
        LOG.atLevel(backoff.failures() == 0 ? Level.WARN : Level.DEBUG)
                .log("{}: not connected to the broker, trying on: {}", source.connectionName(), failure.toString());
        vertx.setTimer(backoff.next(ThreadLocalRandom.current()), id -> {
            if (!stopped) {
                connect();
            }
        });
    }

    private void show(boolean is) {
        connected = is;
        watch.connected(is);
    }
}
