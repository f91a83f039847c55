package io.couponrush;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.StockTurned;
import io.couponrush.config.Cluster;
import io.couponrush.testkit.BusFrame;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With certificates only nodes that have one of the right authority get a word in. */
class BusTlsIT {
    private static final Clustering CLUSTERING = Clustering.of(3);
    private static final Clustering BUS = Clustering.of(3);

    @Test
    void onlyNodesWithACertificateAreHeard(@TempDir Path directory) throws Exception {
        Pem ours = Pem.make(directory.resolve("ours"));
        Pem theirs = Pem.make(directory.resolve("theirs"));
        Vertx first = BareNodes.node(settings(0, ours));
        Vertx second = BareNodes.node(settings(1, ours));
        Vertx stranger = BareNodes.node(settings(2, theirs));
        try {
            Set<Long> heard = new ConcurrentSkipListSet<>();
            first.eventBus()
                    .<StockTurned>consumer(Addresses.STOCK_TURNED, message -> {
                        heard.add(message.body().eventId());
                        message.reply(null);
                    })
                    .completion()
                    .await(5, SECONDS);
            await().until(() -> ask(second, 1).succeeded());
            byHand(3);
            assertThat(ask(stranger, 2).failed()).isTrue();
            assertThat(heard).containsExactly(1L);
        } finally {
            for (Vertx node : new Vertx[] {stranger, second, first})
                node.close().await(10, SECONDS);
        }
    }

    /** Complete; succeeded when it was heard. */
    private static Future<Message<Object>> ask(Vertx node, long eventId) throws InterruptedException {
        Future<Message<Object>> reply = node.eventBus()
                .request(
                        Addresses.STOCK_TURNED,
                        new StockTurned(eventId, 1),
                        new DeliveryOptions().setSendTimeout(2_000));
        var answered = new CountDownLatch(1);
        reply.onComplete(done -> answered.countDown());
        assertThat(answered.await(10, SECONDS)).isTrue();
        return reply;
    }

    private static Cluster settings(int node, Pem pem) {
        return CLUSTERING.settings(
                node,
                Map.of(
                        "COUPONRUSH_CLUSTER_BUS_PORT", BUS.ports().get(node).toString(),
                        "COUPONRUSH_CLUSTER_BUS_TLS_CERTIFICATE",
                                pem.certificate().toString(),
                        "COUPONRUSH_CLUSTER_BUS_TLS_KEY", pem.key().toString(),
                        "COUPONRUSH_CLUSTER_BUS_TLS_AUTHORITY",
                                pem.certificate().toString()));
    }

    /** In plain text; read to its end, the line was closed by the node. */
    private static void byHand(long eventId) throws IOException {
        try (var line = new Socket(InetAddress.getLoopbackAddress(), BUS.ports().get(0))) {
            line.getOutputStream()
                    .write(new BusFrame(Addresses.STOCK_TURNED, new StockTurned(eventId, 1))
                            .bytes("{\"eventId\":" + eventId + ",\"generation\":1}"));
            line.getInputStream().readAllBytes();
        }
    }
}
