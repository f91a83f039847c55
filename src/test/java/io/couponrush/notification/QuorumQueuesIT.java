package io.couponrush.notification;

import static io.couponrush.testkit.Delivery.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.Notice;
import io.couponrush.bus.Notices;
import io.couponrush.issuance.OutboxRelay;
import io.couponrush.ops.Meters;
import io.couponrush.testkit.Delivery;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way from the outbox to the browsers with {@code rabbitmq.quorum}. */
class QuorumQueuesIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Delivery delivery = new Delivery(true);
    private final Meters meters = new Meters(new SimpleMeterRegistry());
    private final List<Notice> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        delivery.close();
    }

    @Test
    void tellsEachCouponOnceAndPartsWithPoison() throws Exception {
        Codecs.registerAll(delivery.vertx.eventBus());
        delivery.vertx
                .eventBus()
                .<Notices>localConsumer(
                        Addresses.NOTICES, m -> told.addAll(m.body().notices()));
        var relay = new OutboxRelay(delivery.settings(), delivery.topology, meters.delivery());
        var consumers = new NotificationVerticle(
                delivery.proxiedUri(), delivery.topology, new NoticeStore(delivery.pool), meters.delivery());
        await(delivery.vertx.deployVerticle(relay));
        await(delivery.vertx.deployVerticle(consumers));
        await().atMost(SOON).until(() -> (relay.trouble() + consumers.trouble()).isEmpty());
        long event = delivery.campaign(1_000);
        for (int i = 0; i < 10; i++) {
            delivery.issue(event, 1 + i * 100L, 100);
            if (i == 5) delivery.proxy.drop();
        }
        delivery.publish("coupon.issued", "poison", "{");
        await().atMost(SOON).until(() -> told.size() == 1_001); // and sold out
        await().atMost(SOON).until(() -> delivery.broker.messageCount(delivery.topology.dead()) == 1);
        await().atMost(SOON).until(() -> delivery.broker.messageCount(delivery.topology.issued()) == 0);
        await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> told.size() == 1_001);
        assertThat(told.stream().map(Notice::address).distinct()).hasSize(1_001);
        if (delivery.isRabbitMq()) assertThatThrownBy(this::declareClassic).hasStackTraceContaining("x-queue-type");
    }

    private void declareClassic() throws IOException {
        try (var channel = delivery.broker.getConnection().createChannel()) {
            channel.queueDeclare(delivery.topology.dead(), true, false, false, Map.of());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IOException(e);
        }
    }
}
