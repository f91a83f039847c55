package io.couponrush;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.couponrush.bus.Codecs;
import io.couponrush.config.Cluster;
import io.couponrush.ops.Metrics;
import io.couponrush.testkit.Clustering;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Nodes in this JVM that share a bus and do nothing else. */
public final class BareNodes implements AutoCloseable {
    private final List<Vertx> nodes = new ArrayList<>();

    private BareNodes() {}

    public static BareNodes start(int count) {
        var clustering = Clustering.of(count);
        var nodes = new BareNodes();
        for (int i = 0; i < count; i++) nodes.join(clustering.settings(i));
        return nodes;
    }

    private void join(Cluster settings) {
        nodes.add(node(settings));
    }

    static Vertx node(Cluster settings) {
        try {
            Vertx vertx = Node.start(settings, new Metrics(), null).await(60, SECONDS);
            Codecs.registerAll(vertx.eventBus());
            return vertx;
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    public Vertx get(int node) {
        return nodes.get(node);
    }

    @Override
    public void close() {
        try {
            for (Vertx node : nodes) node.close().await(10, SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
