package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.notification.MessageReader.Good;
import io.couponrush.notification.MessageReader.Poison;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageReaderTest {
    private static final String ISSUED =
            """
            {"type":"coupon.issued","timestamp":"2026-02-11T10:30:00Z","data":{"userId":7,"couponId":9,"eventId":1,"couponCode":"CR-1","discountValue":10}}""";
    private static final String SOLD_OUT =
            """
            {"type":"coupon.soldout","timestamp":"2026-02-11T10:30:00Z","data":{"eventId":1,"eventTitle":"신규","generation":1}}""";

    @Test
    void readsWhatGoesToAUser() {
        Incoming message = ((Good) MessageReader.read("issued:9", Buffer.buffer(ISSUED))).message();
        assertThat(message.userId()).isEqualTo(7);
        assertThat(message.couponId()).isEqualTo(9);
        assertThat(message.notice(42).address()).isEqualTo("coupon.users.7");
        assertThat(message.notice(42).body()).isEqualTo("{\"id\":42," + ISSUED.substring(1));
    }

    @Test
    void readsWhatGoesToEverybody() {
        Incoming message = ((Good) MessageReader.read("soldout:1:1", Buffer.buffer(SOLD_OUT))).message();
        assertThat(message.userId()).isNull();
        assertThat(message.notice(42).address()).isEqualTo("coupon.events.1");
        assertThat(message.notice(42).body()).isEqualTo(SOLD_OUT);
    }

    @ParameterizedTest
    @MethodSource("io.couponrush.testkit.HostileFrames#notices")
    void refusesWhatMakesNoSense(String body) {
        assertThat(MessageReader.read("x", Buffer.buffer(body))).isInstanceOf(Poison.class);
    }

    @Test
    void refusesABigBodyAndAMissingId() {
        String big = ISSUED.replace("CR-1", "C".repeat(20_000));
        assertThat(MessageReader.read("issued:9", Buffer.buffer(big))).isInstanceOf(Poison.class);
        assertThat(MessageReader.read(null, Buffer.buffer(ISSUED))).isInstanceOf(Poison.class);
        assertThat(MessageReader.read("issued:\u0000", Buffer.buffer(ISSUED))).isInstanceOf(Poison.class);
    }
}
