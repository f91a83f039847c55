package io.couponrush.issuance;

import com.sun.management.OperatingSystemMXBean;
import io.couponrush.backing.Postgres;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.bus.Addresses;
import io.couponrush.config.Settings;
import io.couponrush.issuance.OutboxStore.Drained;
import io.couponrush.issuance.Repeater.Next;
import io.couponrush.ops.DeliveryMeters;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.sqlclient.Pool;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Publishes the outbox: every row at least once, marked only when the broker has confirmed all of its messages.
 *
 * <p>A message that no queue is bound for lands in {@code coupon.unrouted} and counts as published: it is safe there. Who
 * sees it there, within seconds, declares the bindings again and publishes it again; the gauge of parked messages tells of
 * what stays. One that comes back, because not even that queue is there, keeps its row in the
 * outbox, and the channel is made anew with all that it declares.
 *
 * <p>Issuing never waits for any of this: without a broker the outbox grows.
 */
public final class OutboxRelay extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);

    /** Of up to a batch of coupons each: what has begun is not taken back when a rush begins. */
    private static final int ROWS = 8;

    private static final long APART_IN_A_RUSH = TimeUnit.SECONDS.toNanos(1);
    private static final int BROUGHT_BACK = 500;
    private static final long PATIENCE_MS = 5_000;
    private static final long CUT_MS = 7_000;
    private static final long BELT_MS = 1_000;
    private static final long LOOK_MS = 5_000;
    private static final long PRUNE_MS = TimeUnit.MINUTES.toMillis(10);

    private final Settings settings;
    private final RabbitTopology topology;
    private final DeliveryMeters meters;

    private WorkerExecutor worker;
    private Pool pool;
    private OutboxStore store;
    private Rush rush;
    private Repeater repeater;
    private @Nullable Tracing tracing;
    private volatile @Nullable BrokerChannel broker; // read by health checks elsewhere
    private long drainedAt = System.nanoTime();
    private boolean wasConnected;
    private boolean troubled;

    public OutboxRelay(Settings settings, RabbitTopology topology, DeliveryMeters meters) {
        this.settings = settings;
        this.topology = topology;
        this.meters = meters;
    }

    /** What keeps messages from being published, or nothing. From any thread. */
    public String trouble() {
        BrokerChannel current = broker;
        if (current == null || !current.isOpen()) {
            return "relay not connected";
        }
        return current.isBlocked() ? "relay blocked by the broker" : "";
    }

    /** Does not wait for the broker. */
    @Override
    public Future<?> start() {
        worker = vertx.createSharedWorkerExecutor("outbox-relay", 1);
        pool = Postgres.pool(vertx, settings.postgres(), "postgres-outbox", 2, 16, meters::postgresReconnected);
        tracing = Tracing.of(vertx);
        store = new OutboxStore(pool, tracing != null);
        var timers = new VertxTimers(vertx, context);
        rush = new Rush(
                settings.rabbitmq().rushPerSecond(),
                timers,
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getCpuLoad);
        repeater = new Repeater(timers, this::round);
        vertx.eventBus().<Integer>localConsumer(Addresses.OUTBOX_WRITTEN, m -> {
            if (m.body() != null) {
                rush.issued(m.body());
            }
            repeater.wake();
        });
        vertx.setPeriodic(0, BELT_MS, id -> repeater.wake());
        var care = new OutboxCare(store, meters);
        vertx.setPeriodic(0, LOOK_MS, id -> {
            care.look();
            lookAtQueues();
        });
        vertx.setPeriodic(PRUNE_MS, id -> {
            care.prune();
            care.pruneTraces();
        });
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return repeater.stop()
                .timeout(CUT_MS, TimeUnit.MILLISECONDS)
                .transform(last -> dropBroker())
                .transform(dropped -> Future.join(worker.close(), pool.close()));
    }

    /** In a rush a row a second is told, so that the machine is there for those who claim. */
    private Future<Next> round() {
        boolean givesWay = rush.on();
        long now = System.nanoTime();
        if (givesWay && now - drainedAt < APART_IN_A_RUSH) {
            return Future.succeededFuture(Next.GIVE_WAY); // looks more often, to see the end of the rush
        }
        drainedAt = now;
        return connected()
                .compose(channel -> channel.isBlocked()
                        ? Future.succeededFuture(Next.IDLE) // it wakes us when it goes on
                        : store.drain(givesWay ? 1 : ROWS, messages -> publish(channel, messages))
                                .map(drained -> next(drained, givesWay)))
                .onSuccess(next -> recovered(next != Next.FAILED))
                .onFailure(this::trouble);
    }

    private static Next next(Drained drained, boolean givesWay) {
        if (drained.published() < drained.taken()) {
            return Next.FAILED;
        }
        if (givesWay) {
            return Next.GIVE_WAY;
        }
        return drained.taken() == ROWS ? Next.MORE : Next.IDLE;
    }

    private Future<BrokerChannel> connected() {
        BrokerChannel current = broker;
        if (current != null && current.isOpen()) {
            return Future.succeededFuture(current);
        }
        String uri = Objects.requireNonNull(settings.rabbitmq().uri(), "rabbitmq.uri")
                .reveal();
        return worker.executeBlocking(() -> BrokerChannel.open(uri, topology, listener()))
                .onSuccess(this::use);
    }

    private void use(BrokerChannel opened) {
        if (wasConnected) {
            meters.reconnected();
        }
        wasConnected = true;
        broker = opened;
        show();
        LOG.info("relay connected to the broker");
    }

    private Future<Set<Long>> publish(BrokerChannel channel, List<OutboxMessage> messages) {
        if (messages.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        var traced = TracedMessages.begin(tracing, messages);
        return bounded(channel, () -> channel.publish(traced.messages(), PATIENCE_MS))
                .onComplete(traced::end)
                .map(outcome -> {
                    meters.sent(outcome.confirmed(), outcome.unconfirmed());
                    if (outcome.unconfirmed() > 0 && !channel.isBlocked()) {
                        dropBroker().onFailure(e -> LOG.debug("closing a channel that is not trusted any more", e));
                    }
                    return outcome.openRows();
                });
    }

    /** A broker that stops reading must not keep the thread: then the socket goes. */
    private <T> Future<T> bounded(BrokerChannel channel, Callable<T> call) {
        long watchdog = vertx.setTimer(CUT_MS, id -> vertx.executeBlocking(() -> {
                    channel.cut();
                    return null;
                })
                .onComplete(cut -> LOG.warn("the broker did not read: connection cut")));
        return worker.executeBlocking(call).onComplete(done -> vertx.cancelTimer(watchdog));
    }

    private Future<Void> dropBroker() {
        BrokerChannel old = broker;
        broker = null;
        show();
        return old == null
                ? Future.succeededFuture()
                : bounded(old, () -> {
                            old.close();
                            return null;
                        })
                        .mapEmpty();
    }

    private BrokerChannel.Listener listener() {
        return new BrokerChannel.Listener() {
            @Override
            public void changed() {
                context.runOnContext(v -> {
                    show();
                    repeater.wake();
                });
            }

            @Override
            public void returned(String messageId, String routingKey) {
                meters.returned();
                LOG.atWarn().addKeyValue("messageId", messageId).log("no queue for {}: kept in the outbox", routingKey);
            }
        };
    }

    private void show() {
        BrokerChannel current = broker;
        boolean open = current != null && current.isOpen();
        meters.relay(open, current != null && open && current.isBlocked());
    }

    private void lookAtQueues() {
        BrokerChannel current = broker;
        if (current != null && current.isOpen() && !current.isBlocked()) {
            bounded(current, () -> List.of(current.depth(topology.dead()), current.depth(topology.unrouted())))
                    .onSuccess(depths -> meters.parked(depths.get(0), depths.get(1)))
                    .compose(depths -> depths.get(1) > 0 ? bringBack(current) : Future.succeededFuture())
                    .onFailure(e -> LOG.debug("queues not looked at", e));
        }
    }

    /** Somebody has taken a binding away, or did for a while. */
    private Future<Void> bringBack(BrokerChannel channel) {
        return bounded(channel, () -> channel.bringBack(BROUGHT_BACK, PATIENCE_MS))
                .compose(back -> {
                    meters.broughtBack(back.published());
                    if (back.published() == 0 && !back.more()) {
                        return Future.succeededFuture(); // only strangers are left
                    }
                    LOG.warn("{} messages that no queue was bound for were published again", back.published());
                    return bringBack(channel);
                });
    }

    /** Said once, not with each try. */
    private void trouble(Throwable failure) {
        LOG.atLevel(troubled ? Level.DEBUG : Level.WARN).log("outbox not published, trying on: {}", failure.toString());
        troubled = true;
    }

    private void recovered(boolean wholly) {
        if (wholly && troubled) {
            troubled = false;
            LOG.info("outbox is published again");
        }
    }
}
