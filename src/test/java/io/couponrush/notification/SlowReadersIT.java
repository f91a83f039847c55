package io.couponrush.notification;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Browser;
import io.couponrush.testkit.LiveHeap;
import io.couponrush.testkit.RawHttp;
import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sockets that do not read, or read slowly, or only write, on both transports. */
class SlowReadersIT {
    private static final String REGISTER = "{\"type\":\"register\",\"address\":\"coupon.events.1\"}";
    private static final String MESSAGE = "{\"text\":\"" + "x".repeat(1_000) + "\"}";

    /** How a browser speaks. */
    enum Transport {
        RAW,
        FRAMED;

        String path() {
            return this == RAW ? "/eventbus/websocket" : "/eventbus/000/" + UUID.randomUUID() + "/websocket";
        }

        Browser browser(LiveServer server) {
            return this == RAW ? server.raw() : server.framed();
        }

        byte[] text(String text) {
            return masked(this == RAW ? text : new JsonArray().add(text).encode());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDoesNotReadIsClosedAndCostsNoMemory(Transport transport) throws IOException {
        try (var server = new LiveServer(Map.of());
                var sleeper = new Sockets(server.port(), 1, transport)) {
            sleeper.send(transport.text(REGISTER));
            Browser awake =
                    transport.browser(server).register("coupon.events.1").settled();
            long before = LiveHeap.ofThisProcess();
            for (int sent = 0; server.count("couponrush.sockets.slow.closed") < 1; sent += 100) {
                assertThat(sent).as("messages of 1 KB").isLessThan(100_000);
                publish(server, awake);
            }
            assertThat(LiveHeap.ofThisProcess() - before).isLessThan(30 << 20);
            server.publish("coupon.events.1", MESSAGE);
            assertThat(awake.next().getString("type")).isEqualTo("rec");
            await().until(() -> server.open() == 1);
        }
    }

    /** It is given more than it takes, however long that goes on. */
    @ParameterizedTest
    @EnumSource
    void whoReadsTooSlowlyIsClosedToo(Transport transport) throws IOException {
        try (var server = new LiveServer(Map.of());
                var crawler = new Sockets(server.port(), 1, transport)) {
            crawler.send(transport.text(REGISTER));
            Browser awake =
                    transport.browser(server).register("coupon.events.1").settled();
            long before = LiveHeap.ofThisProcess();
            for (int sent = 0; server.count("couponrush.sockets.slow.closed") < 1; sent += 100) {
                assertThat(sent).as("messages of 1 KB").isLessThan(100_000);
                crawler.read(10_000);
                publish(server, awake);
            }
            assertThat(LiveHeap.ofThisProcess() - before).isLessThan(30 << 20);
            await().until(() -> server.open() == 1);
        }
    }

    private static void publish(LiveServer server, Browser awake) {
        int until = awake.count.get() + 100;
        for (int i = 0; i < 100; i++) server.publish("coupon.events.1", MESSAGE);
        await().until(() -> awake.count.get() >= until); // the answer of settled() may be counted late
        awake.received.clear();
    }

    /** Ten thousand frames at once from each of twenty sockets, and twenty more that read nothing of what all are told. */
    @Test
    void floodsFromManyAreClosedAndDisturbNobody() throws IOException {
        try (var server = new LiveServer(Map.of());
                var rawFloods = new Sockets(server.port(), 10, Transport.RAW);
                var framedFloods = new Sockets(server.port(), 10, Transport.FRAMED);
                var rawSleepers = new Sockets(server.port(), 10, Transport.RAW);
                var framedSleepers = new Sockets(server.port(), 10, Transport.FRAMED)) {
            Browser awake = server.raw().register("coupon.events.1").settled();
            long before = LiveHeap.ofThisProcess();
            rawSleepers.send(Transport.RAW.text(REGISTER));
            framedSleepers.send(Transport.FRAMED.text(REGISTER));
            rawFloods.send(flood(Transport.RAW));
            framedFloods.send(flood(Transport.FRAMED));
            long told = System.nanoTime();
            server.publish("coupon.events.1", "{\"type\":\"coupon.event\"}");
            assertThat(awake.next().getString("type")).isEqualTo("rec");
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(5));
            await().until(() -> server.open() == 21);
            assertThat(LiveHeap.ofThisProcess() - before).isLessThan(60 << 20);
        }
    }

    private static byte[] flood(Transport transport) {
        var frames = new ByteArrayOutputStream();
        for (int i = 0; i < 5_000; i++) {
            frames.writeBytes(transport.text("{\"type\":\"ping\"}"));
            frames.writeBytes(transport.text("{\"type\":\"register\",\"address\":\"coupon.events.2\"}"));
        }
        return frames.toByteArray();
    }

    /** Connections whose server may have gone away while they wrote. */
    private static final class Sockets implements AutoCloseable {
        private final List<RawHttp> all = new ArrayList<>();

        Sockets(int port, int count, Transport transport) throws IOException {
            for (int i = 0; i < count; i++) {
                var socket = new RawHttp(port);
                all.add(socket);
                assertThat(socket.send(upgrade(transport)).reply().status()).isEqualTo(101);
            }
        }

        void send(byte[] frames) {
            for (RawHttp socket : all) {
                try {
                    socket.send(frames);
                } catch (IOException closedMeanwhile) {
                    assertThat(closedMeanwhile).isInstanceOf(SocketException.class);
                }
            }
        }

        void read(int bytes) throws IOException {
            for (RawHttp socket : all) socket.reads(bytes);
        }

        @Override
        public void close() throws IOException {
            for (RawHttp socket : all) socket.close();
        }
    }

    private static String upgrade(Transport transport) {
        return """
                GET %s HTTP/1.1
                Host: localhost
                Origin: http://localhost
                Connection: Upgrade
                Upgrade: websocket
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

                """
                .formatted(transport.path())
                .replace("\n", "\r\n");
    }

    /** A text frame with a mask of zeros. */
    private static byte[] masked(String text) {
        byte[] payload = text.getBytes(US_ASCII);
        return ByteBuffer.allocate(6 + payload.length)
                .put((byte) 0x81)
                .put((byte) (0x80 | payload.length))
                .putInt(0)
                .put(payload)
                .array();
    }
}
