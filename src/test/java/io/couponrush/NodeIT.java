package io.couponrush;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.config.Config;
import io.couponrush.bus.Addresses;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.StockTurned;
import io.couponrush.config.Settings;
import io.couponrush.ops.Metrics;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class NodeIT {
    private static final List<String> MEMBERS = List.of("127.0.0.1:5701", "127.0.0.1:5702");

    @Test
    void twoNodesShareOneBusAndOneGoesOnAlone() throws Exception {
        Vertx first = node();
        Vertx second = node();
        try {
            AtomicReference<StockTurned> heard = new AtomicReference<>();
            second.eventBus()
                    .<StockTurned>consumer(Addresses.STOCK_TURNED, message -> heard.set(message.body()))
                    .completion()
                    .await(5, SECONDS);
            await().until(() -> {
                first.eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(7, 1));
                return new StockTurned(7, 1).equals(heard.get());
            });
            first.close().await(10, SECONDS);
            second.eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(8, 1));
            await().until(() -> new StockTurned(8, 1).equals(heard.get()));
        } finally {
            second.close().await(10, SECONDS);
        }
    }

    @Test
    void membersFindEachOtherByTheListAlone() throws IOException {
        Config config = Node.config("127.0.0.1", MEMBERS);
        assertThat(config.getClusterName()).isEqualTo("couponrush");
        assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled())
                .isFalse();
        assertThat(config.getNetworkConfig().getJoin().getAutoDetectionConfig().isEnabled())
                .isFalse();
        assertThat(config.getNetworkConfig().getJoin().getTcpIpConfig().getMembers())
                .isEqualTo(MEMBERS);
        assertThat(config.getNetworkConfig().getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
        assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.shutdownhook.enabled")).isEqualTo("false");
    }

    private static Vertx node() throws Exception {
        Vertx vertx = Node.start(new Settings.Cluster(true, MEMBERS, "127.0.0.1"), new Metrics())
                .await(60, SECONDS);
        Codecs.registerAll(vertx.eventBus());
        return vertx;
    }
}
