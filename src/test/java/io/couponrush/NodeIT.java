package io.couponrush;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.StockTurned;
import io.couponrush.testkit.Clustering;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class NodeIT {
    @Test
    void twoNodesShareOneBusAndOneGoesOnAlone() throws Exception {
        try (var nodes = BareNodes.start(2)) {
            AtomicReference<StockTurned> heard = new AtomicReference<>();
            nodes.get(1)
                    .eventBus()
                    .<StockTurned>consumer(Addresses.STOCK_TURNED, message -> heard.set(message.body()))
                    .completion()
                    .await(5, SECONDS);
            await().until(() -> {
                nodes.get(0).eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(7, 1));
                return new StockTurned(7, 1).equals(heard.get());
            });
            nodes.get(0).close().await(10, SECONDS);
            nodes.get(1).eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(8, 1));
            await().until(() -> new StockTurned(8, 1).equals(heard.get()));
        }
    }

    /** Nobody else is behind the name, which is this machine: what is shown is that the discovery is there and works. */
    @Test
    void aNodeLooksForOthersByANameInDns() throws Exception {
        var settings = Clustering.of(1)
                .settings(
                        0,
                        Map.of(
                                "COUPONRUSH_CLUSTER_MEMBERS", "",
                                "COUPONRUSH_CLUSTER_SERVICE_DNS", "localhost"));
        Vertx alone = BareNodes.node(settings);
        assertThat(alone.isClustered()).isTrue();
        alone.close().await(10, SECONDS);
    }
}
