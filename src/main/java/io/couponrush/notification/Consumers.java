package io.couponrush.notification;

import io.couponrush.backing.RabbitTopology;
import io.couponrush.ops.DeliveryMeters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The subscription that stands, and the making of the next one when it is lost, for ever. Belongs to one event loop. */
final class Consumers {
    private static final Logger LOG = LoggerFactory.getLogger(Consumers.class);
    private static final long REST_FIRST_MS = 100;
    private static final long REST_MAX_MS = 5_000;

    private final Vertx vertx;
    private final String uri;
    private final RabbitTopology topology;
    private final Inbox inbox;
    private final DeliveryMeters meters;
    private @Nullable Subscription subscription;
    private volatile boolean connected; // read by health checks elsewhere
    private boolean wasConnected;
    private boolean stopped;
    private int failures;

    Consumers(Vertx vertx, String uri, RabbitTopology topology, Inbox inbox, DeliveryMeters meters) {
        this.vertx = vertx;
        this.uri = uri;
        this.topology = topology;
        this.inbox = inbox;
        this.meters = meters;
    }

    boolean connected() {
        return connected;
    }

    void connect() {
        Subscription.open(vertx, uri, topology, inbox).onSuccess(this::use).onFailure(this::rest);
    }

    /** The client tells nobody when it loses its connection, so somebody has to look. */
    void look() {
        Subscription used = subscription;
        if (used != null && !stopped && !used.current()) {
            subscription = null;
            show(false);
            used.close().onFailure(e -> LOG.debug("closing a lost connection", e));
            rest(new IllegalStateException("connection lost"));
        }
    }

    /** No new connection from here on. */
    void retire() {
        stopped = true;
    }

    Future<Void> close() {
        Subscription last = subscription;
        show(false);
        return last == null ? Future.succeededFuture() : last.close();
    }

    private void use(Subscription fresh) {
        if (stopped) {
            fresh.close().onFailure(e -> LOG.debug("closing a connection made too late", e));
            return;
        }
        if (failures > 0) {
            LOG.info("consumers connected to the broker again");
        }
        if (wasConnected) {
            meters.reconnected();
        }
        wasConnected = true;
        failures = 0;
        subscription = fresh;
        show(true);
    }

    private void rest(Throwable failure) {
        LOG.atLevel(failures == 0 ? Level.WARN : Level.DEBUG)
                .log("consumers not connected to the broker, trying on: {}", failure.toString());
        long most = Math.min(REST_MAX_MS, REST_FIRST_MS << Math.min(failures, 10));
        failures++;
        vertx.setTimer(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1), id -> {
            if (!stopped) {
                connect();
            }
        });
    }

    private void show(boolean is) {
        connected = is;
        meters.consumers(is);
    }
}
