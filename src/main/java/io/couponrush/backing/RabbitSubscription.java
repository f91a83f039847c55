package io.couponrush.backing;

import com.rabbitmq.client.BasicProperties;
import io.couponrush.backing.RabbitConsumers.Receiver;
import io.couponrush.backing.RabbitConsumers.Source;
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
final class RabbitSubscription implements RabbitDeliveries {
    private static final Logger LOG = LoggerFactory.getLogger(RabbitSubscription.class);
    private static final int CONNECT_MS = 2_000;
    private static final int HANDSHAKE_MS = 5_000;
    private static final int HEARTBEAT_S = 10;
    private static final long OPEN_MS = 15_000;
    private static final long CLOSE_MS = 3_000;

    private final RabbitMQClient client;
    private final Receiver receiver;
    private boolean closed;

    private RabbitSubscription(RabbitMQClient client, Receiver receiver) {
        this.client = client;
        this.receiver = receiver;
    }

    /** Connects, declares, and consumes. */
    static Future<RabbitSubscription> open(Vertx vertx, Source source, Receiver receiver) {
        RabbitMQOptions options;
        try {
            options = options(source);
        } catch (GeneralSecurityException e) {
            return Future.failedFuture(e);
        }
        RabbitMQClient client = RabbitMQClient.create(vertx, options);
        var subscription = new RabbitSubscription(client, receiver);
        return client.start()
                .compose(v -> source.topology().declare(client))
                .compose(v -> client.basicQos(source.prefetch()))
                .compose(v -> subscription.consume(source))
                .timeout(OPEN_MS, TimeUnit.MILLISECONDS)
                .onFailure(e -> subscription.close().onFailure(RabbitSubscription::ignore))
                .map(subscription);
    }

    private static RabbitMQOptions options(Source source) throws GeneralSecurityException {
        var options = new RabbitMQOptions()
                .setUri(source.uri())
                .setConnectionName(source.connectionName())
                .setConnectionTimeout(CONNECT_MS)
                .setHandshakeTimeout(HANDSHAKE_MS)
                .setRequestedHeartbeat(HEARTBEAT_S)
                .setAutomaticRecoveryEnabled(false);
        options.setReconnectAttempts(0);
        if (source.uri().startsWith("amqps:")) {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm("HTTPS")
                    .setTrustOptions(TrustOptions.wrap(RabbitTls.trust()));
        }
        return options;
    }

    private Future<Void> consume(Source source) {
        Future<Void> consuming = Future.succeededFuture();
        for (String queue : source.queues()) {
            var options = new QueueOptions().setAutoAck(false).setMaxInternalQueueSize(4 * source.prefetch());
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
            var received = new RabbitMessage(properties.getMessageId(), properties.getHeaders(), message.body());
            receiver.take(this, message.envelope().getDeliveryTag(), received);
        }
    }

    /** The broker took a queue away: better a new connection that declares it than a consumer that hears nothing. */
    private void lose() {
        close().onFailure(RabbitSubscription::ignore);
    }

    /** Looked at before each call: on a closed channel the client would open another without a word. */
    @Override
    public boolean current() {
        return !closed && client.isConnected() && client.isOpenChannel();
    }

    @Override
    public void acknowledge(long upToTag) {
        client.basicAck(upToTag, true).onFailure(RabbitSubscription::ignore); // then it comes again
    }

    @Override
    public void acknowledgeOne(long tag) {
        client.basicAck(tag, false).onFailure(RabbitSubscription::ignore);
    }

    @Override
    public void refuse(long tag) {
        client.basicNack(tag, false, false).onFailure(RabbitSubscription::ignore);
    }

    Future<Void> close() {
        closed = true;
        return client.stop().timeout(CLOSE_MS, TimeUnit.MILLISECONDS);
    }

    private static void ignore(Throwable e) {
        LOG.debug("on a connection that is going", e);
    }
}
