package io.couponrush.issuance;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.SocketConfigurators;
import io.couponrush.backing.RabbitTls;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.tracing.TraceParent;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the broker with one channel to publish on; dead once it is lost, never repaired.
 *
 * <p>Blocks, for a bounded time: not for an event loop. One thread publishes; {@link #cut} may come from any other.
 */
final class BrokerChannel {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerChannel.class);
    private static final int CONNECT_MS = 2_000;
    private static final int HANDSHAKE_MS = 5_000;
    private static final int CALL_MS = 5_000;
    private static final int CLOSE_MS = 2_000;
    private static final int HEARTBEAT_S = 10;
    private static final int PERSISTENT = 2;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RabbitTopology topology;
    private final Connection connection;
    private final Channel channel;
    private final AtomicReference<@Nullable Socket> socket;
    private final Confirms confirms = new Confirms();
    private final List<Long> strangers = new ArrayList<>();
    private volatile boolean blocked;

    /** Told from the broker's thread; must not block. */
    interface Listener {
        /** Ready again, blocked or lost: look at {@link #isOpen} and {@link #isBlocked}. */
        void changed();

        /** A message that the broker could put nowhere. */
        void returned(String messageId, String routingKey);
    }

    /**
     * What came back.
     *
     * @param published again, and confirmed
     * @param more are to be looked at
     */
    record Back(int published, boolean more) {}

    private BrokerChannel(
            RabbitTopology topology, Connection connection, Channel channel, AtomicReference<@Nullable Socket> socket) {
        this.topology = topology;
        this.connection = connection;
        this.channel = channel;
        this.socket = socket;
    }

    /** Connects and declares the topology. */
    static BrokerChannel open(String uri, RabbitTopology topology, Listener listener)
            throws IOException, TimeoutException {
        var socket = new AtomicReference<@Nullable Socket>();
        Connection connection = factory(uri, socket::set).newConnection("couponrush relay");
        try {
            Channel channel = connection.createChannel();
            topology.declare(channel);
            channel.confirmSelect();
            var opened = new BrokerChannel(topology, connection, channel, socket);
            opened.listen(listener);
            return opened;
        } catch (IOException | ShutdownSignalException e) {
            connection.abort(CLOSE_MS);
            throw e;
        }
    }

    private static ConnectionFactory factory(String uri, Consumer<Socket> made) {
        ConnectionFactory factory = RabbitTls.factory(uri);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout(CONNECT_MS);
        factory.setHandshakeTimeout(HANDSHAKE_MS);
        factory.setChannelRpcTimeout(CALL_MS);
        factory.setShutdownTimeout(CLOSE_MS);
        factory.setRequestedHeartbeat(HEARTBEAT_S);
        factory.setSocketConfigurator(SocketConfigurators.defaultConfigurator().andThen(made::accept));
        return factory;
    }

    private void listen(Listener listener) {
        channel.addConfirmListener(
                (tag, multiple) -> confirms.heard(tag, multiple, true),
                (tag, multiple) -> confirms.heard(tag, multiple, false));
        channel.addReturnListener(message -> {
            String id = message.getProperties().getMessageId();
            confirms.returned(id);
            listener.returned(id, message.getRoutingKey());
        });
        connection.addBlockedListener(reason -> block(true, listener), () -> block(false, listener));
        channel.addShutdownListener(cause -> {
            confirms.lost();
            listener.changed();
        });
    }

    private void block(boolean is, Listener listener) {
        blocked = is;
        listener.changed();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** The broker asked for silence: it reads nothing from this connection until it says otherwise. */
    boolean isBlocked() {
        return blocked;
    }

    /** Sends all that can be sent, then waits for what the broker says of them. */
    Confirms.Outcome publish(List<OutboxMessage> messages, long patienceMillis) throws InterruptedException {
        confirms.begin();
        boolean sending = true;
        for (OutboxMessage message : messages) {
            if (!message.fits()) {
                LOG.error("no message can have that name, kept in the outbox: row {}", message.rowId());
                confirms.notSent(message);
                continue;
            }
            sending = sending && !blocked && send(message);
            if (!sending) {
                confirms.notSent(message);
            }
        }
        return confirms.await(patienceMillis);
    }

    /** After a failure of any kind nothing more may be sent: the client may have counted what the broker never saw. */
    private boolean send(OutboxMessage message) {
        try {
            BasicProperties properties = properties(message);
            byte[] body = message.body().getBytes(StandardCharsets.UTF_8);
            confirms.expect(channel.getNextPublishSeqNo(), message);
            channel.basicPublish(topology.exchange(), message.topic(), true, properties, body);
            return true;
        } catch (IOException | ShutdownSignalException e) {
            return false;
        } catch (RuntimeException e) {
            LOG.error("row {} cannot be sent", message.rowId(), e);
            return false;
        }
    }

    private static BasicProperties properties(OutboxMessage message) {
        String trace = message.trace();
        return new BasicProperties.Builder()
                .contentType("application/json")
                .deliveryMode(PERSISTENT)
                .messageId(message.id())
                .timestamp(Date.from(message.at()))
                .headers(trace == null ? null : Map.of(TraceParent.HEADER, trace))
                .build();
    }

    /**
     * Declares the topology again and publishes again what had landed in {@code coupon.unrouted} though a queue should
     * have wanted it; what nobody ever wants goes back there once the rest has been looked at.
     *
     * @param most to publish again
     */
    Back bringBack(int most, long patienceMillis) throws IOException, InterruptedException {
        topology.declare(channel);
        var ours = new ArrayList<OutboxMessage>();
        boolean more = look(topology.unrouted(), most, ours);
        Set<Long> open =
                ours.isEmpty() ? Set.of() : publish(ours, patienceMillis).openRows();
        int back = 0;
        for (OutboxMessage message : ours) {
            if (open.contains(message.rowId())) {
                strangers.add(message.rowId());
            } else {
                channel.basicAck(message.rowId(), false);
                back++;
            }
        }
        if (!more) {
            for (long tag : strangers) {
                channel.basicReject(tag, true);
            }
            strangers.clear();
        }
        return new Back(back, more);
    }

    /** Of strangers only the tag is kept, so that they are not in the way. Whether there is more than time allowed for. */
    private boolean look(String queue, int most, List<OutboxMessage> ours) throws IOException {
        long until = System.nanoTime() + LOOK_NANOS;
        for (long left = channel.messageCount(queue); left > 0; left--) {
            if (ours.size() == most || System.nanoTime() - until > 0) {
                return true;
            }
            GetResponse got = channel.basicGet(queue, false);
            if (got == null) {
                return false;
            }
            if (isOurs(got)) {
                ours.add(unrouted(got));
            } else {
                strangers.add(got.getEnvelope().getDeliveryTag());
            }
        }
        return false;
    }

    private boolean isOurs(GetResponse got) {
        return got.getProps().getMessageId() != null
                && topology.wants(got.getEnvelope().getRoutingKey());
    }

    /** Instead of a row it has a delivery tag. */
    private static OutboxMessage unrouted(GetResponse got) {
        Date at = got.getProps().getTimestamp();
        return new OutboxMessage(
                got.getEnvelope().getDeliveryTag(),
                got.getProps().getMessageId(),
                got.getEnvelope().getRoutingKey(),
                at == null ? Instant.EPOCH : at.toInstant(),
                new String(got.getBody(), StandardCharsets.UTF_8),
                trace(got.getProps().getHeaders()));
    }

    private static @Nullable String trace(@Nullable Map<String, Object> headers) {
        Object trace = headers == null ? null : headers.get(TraceParent.HEADER);
        return trace == null ? null : trace.toString();
    }

    /** Messages in a queue. */
    long depth(String queue) throws IOException {
        return channel.messageCount(queue);
    }

    /** Takes the socket away from whoever waits on it. */
    void cut() {
        Socket open = socket.get();
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // it is gone, which is what was asked for
        }
    }

    void close() {
        connection.abort(CLOSE_MS);
        cut();
    }
}
