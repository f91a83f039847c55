package io.couponrush.notification;

import com.rabbitmq.client.BasicProperties;
import io.couponrush.backing.RabbitTls;
import io.couponrush.backing.RabbitTopology;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the broker with its consumers, from its making to its loss; the next one is another object with a
 * client of its own.
 *
 * <p>The client's own reconnecting is off: it forgets the prefetch, goes on consuming after it was stopped, and lets an
 * acknowledgement of the old connection settle another message of the new one.
 */
final class Subscription implements Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);
    static final int PREFETCH = 500;
    private static final int CONNECT_MS = 2_000;
    private static final int HANDSHAKE_MS = 5_000;
    private static final int HEARTBEAT_S = 10;
    private static final long OPEN_MS = 15_000;
    private static final long CLOSE_MS = 3_000;

    private final RabbitMQClient client;
    private final Inbox inbox;
    private boolean closed;

    private Subscription(RabbitMQClient client, Inbox inbox) {
        this.client = client;
        this.inbox = inbox;
    }

    /** Connects, declares, and consumes. */
    static Future<Subscription> open(Vertx vertx, String uri, RabbitTopology topology, Inbox inbox) {
        RabbitMQOptions options;
        try {
            options = options(uri);
        } catch (GeneralSecurityException e) {
            return Future.failedFuture(e);
        }
        RabbitMQClient client = RabbitMQClient.create(vertx, options);
        var subscription = new Subscription(client, inbox);
        return client.start()
                .compose(v -> topology.declare(client))
                .compose(v -> client.basicQos(PREFETCH))
                .compose(v -> subscription.consume(topology))
                .timeout(OPEN_MS, TimeUnit.MILLISECONDS)
                .onFailure(e -> subscription.close().onFailure(Subscription::ignore))
                .map(subscription);
    }

    private static RabbitMQOptions options(String uri) throws GeneralSecurityException {
        var options = new RabbitMQOptions()
                .setUri(uri)
                .setConnectionName("couponrush notices")
                .setConnectionTimeout(CONNECT_MS)
                .setHandshakeTimeout(HANDSHAKE_MS)
                .setRequestedHeartbeat(HEARTBEAT_S)
                .setAutomaticRecoveryEnabled(false);
        options.setReconnectAttempts(0);
        if (uri.startsWith("amqps:")) {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm("HTTPS")
                    .setTrustOptions(TrustOptions.wrap(RabbitTls.trust()));
        }
        return options;
    }

    private Future<Void> consume(RabbitTopology topology) {
        Future<Void> consuming = Future.succeededFuture();
        for (String queue : topology.consumed()) {
            var options = new QueueOptions().setAutoAck(false).setMaxInternalQueueSize(4 * PREFETCH);
            // The handler in the same turn: what arrives before there is one is dropped silently.
            consuming = consuming.compose(v -> client.basicConsumer(queue, options)
                    .map(consumer -> consumer.handler(this::deliver).endHandler(cancelled -> lose()))
                    .mapEmpty());
        }
        return consuming;
    }

    private void deliver(RabbitMQMessage message) {
        if (current()) {
            BasicProperties properties = message.properties();
            inbox.take(this, message.envelope().getDeliveryTag(), properties.getMessageId(), message.body());
        }
    }

    /** The broker took a queue away: better a new connection that declares it than a consumer that hears nothing. */
    private void lose() {
        close().onFailure(Subscription::ignore);
    }

    /** Looked at before each call: on a closed channel the client would open another without a word. */
    @Override
    public boolean current() {
        return !closed && client.isConnected() && client.isOpenChannel();
    }

    @Override
    public void acknowledge(long upToTag) {
        client.basicAck(upToTag, true).onFailure(Subscription::ignore); // then it comes again
    }

    @Override
    public void refuse(long tag) {
        client.basicNack(tag, false, false).onFailure(Subscription::ignore);
    }

    Future<Void> close() {
        closed = true;
        return client.stop().timeout(CLOSE_MS, TimeUnit.MILLISECONDS);
    }

    private static void ignore(Throwable e) {
        LOG.debug("on a connection that is going", e);
    }
}
