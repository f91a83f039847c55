package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.issuance.BrokerChannel.Listener;
import io.couponrush.testkit.Delivery;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerChannelIT {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final long PATIENCE_MS = 5_000;

    private final Delivery delivery = new Delivery();
    private BrokerChannel channel;

    @BeforeEach
    void open() throws Exception {
        channel = BrokerChannel.open(delivery.proxiedUri(), delivery.topology, new Listener() {
            @Override
            public void changed() {}

            @Override
            public void returned(String messageId, String routingKey) {}
        });
    }

    @AfterEach
    void close() throws Exception {
        channel.close();
        delivery.close();
    }

    @Test
    void aNameThatIsTooLongForAmqpKeepsOnlyItsOwnRow() throws Exception {
        var outcome = channel.publish(
                List.of(
                        message(1, "issued:1", "coupon.issued", NOON),
                        message(2, "issued:2", "coupon." + "x".repeat(249), NOON),
                        message(3, "쿠".repeat(86), "coupon.issued", NOON),
                        message(4, "쿠".repeat(85), "coupon.issued", NOON)),
                PATIENCE_MS);

        assertThat(outcome.openRows()).isEqualTo(Set.of(2L, 3L));
        assertThat(outcome.confirmed()).isEqualTo(2);
        assertThat(outcome.unconfirmed()).isZero();
        assertThat(delivery.drain(delivery.topology.issued())).hasSize(2);
    }

    @Test
    void whatCannotBeEncodedKeepsItsRowAndThoseAfterIt() throws Exception {
        var outcome = channel.publish(
                List.of(
                        message(1, "issued:1", "coupon.issued", NOON),
                        message(2, "issued:2", "coupon.issued", Instant.MAX),
                        message(3, "issued:3", "coupon.issued", NOON)),
                PATIENCE_MS);

        assertThat(outcome.openRows()).isEqualTo(Set.of(2L, 3L));
        assertThat(outcome.confirmed()).isOne();
    }

    @Test
    void aLostConnectionKeepsEveryRow() throws Exception {
        delivery.proxy.cut();

        var outcome = channel.publish(
                List.of(message(1, "issued:1", "coupon.issued", NOON), message(2, "issued:2", "coupon.issued", NOON)),
                PATIENCE_MS);

        assertThat(outcome.openRows()).isEqualTo(Set.of(1L, 2L));
        assertThat(outcome.confirmed()).isZero();
    }

    private static OutboxMessage message(long row, String id, String topic, Instant at) {
        return new OutboxMessage(row, id, topic, at, "{}");
    }
}
