package io.couponrush.notification;

import io.couponrush.backing.RabbitConsumers;
import io.couponrush.backing.RabbitConsumers.Source;
import io.couponrush.backing.RabbitConsumers.Watch;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.ops.DeliveryMeters;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Consumes the queues of the service as long as it lives, over as many connections as that takes. */
public final class NotificationVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(NotificationVerticle.class);
    static final int PREFETCH = 500;
    private static final long LOOK_MS = 250;
    private static final long BEAT_MS = 1_000;
    private static final long FINISH_MS = 2_000;
    private static final long PRUNE_MS = TimeUnit.MINUTES.toMillis(10);
    private static final int PRUNED = 5_000;

    private final String uri;
    private final RabbitTopology topology;
    private final NoticeStore store;
    private final DeliveryMeters meters;

    private Teller teller;
    private Inbox inbox;
    private volatile RabbitConsumers consumers;

    /**
     * Makes the verticle.
     *
     * @param uri of the broker
     */
    public NotificationVerticle(String uri, RabbitTopology topology, NoticeStore store, DeliveryMeters meters) {
        this.uri = uri;
        this.topology = topology;
        this.store = store;
        this.meters = meters;
    }

    /** What keeps messages from being consumed, or nothing. From any thread. */
    public String trouble() {
        return consumers.connected() ? "" : "consumers not connected";
    }

    /** Does not wait for the broker. */
    @Override
    public Future<?> start() {
        teller = new Teller(vertx.eventBus());
        inbox = new Inbox(vertx, store::add, teller::tell, meters);
        var source = new Source(uri, "couponrush notices", topology, topology.consumed(), PREFETCH);
        consumers = new RabbitConsumers(vertx, source, inbox::take, new Watch() {
            @Override
            public void connected(boolean is) {
                meters.consumers(is);
            }

            @Override
            public void reconnected() {
                meters.reconnected();
            }
        });
        vertx.setPeriodic(LOOK_MS, id -> consumers.look());
        vertx.setPeriodic(BEAT_MS, id -> teller.beat());
        vertx.setPeriodic(PRUNE_MS, id -> prune());
        consumers.connect();
        return Future.succeededFuture();
    }

    /** What is being stored is told and acknowledged; the broker gives the rest to others. */
    @Override
    public Future<?> stop() {
        consumers.retire();
        return inbox.idle().timeout(FINISH_MS, TimeUnit.MILLISECONDS).transform(finished -> {
            teller.leave();
            return consumers.close();
        });
    }

    private void prune() {
        store.prune(PRUNED)
                .onSuccess(gone -> {
                    if (gone == PRUNED) {
                        prune();
                    }
                })
                .onFailure(e -> LOG.atWarn().log("notices not pruned: {}", e.toString()));
    }
}
