package io.couponrush;

import com.hazelcast.config.Config;
import com.hazelcast.config.XmlConfigBuilder;
import io.couponrush.config.Settings;
import io.couponrush.ops.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the one Vert.x of a process, alone or as a member of the cluster. */
final class Node {
    /** Beside the program it wins over the copy in the jar. */
    private static final Path CLUSTER_FILE = Path.of("conf", "cluster.xml");

    private Node() {}

    static Future<Vertx> start(Settings.Cluster cluster, Metrics metrics) {
        if (!cluster.enabled()) {
            return Future.succeededFuture(
                    metrics.instrument(Vertx.builder(), new VertxOptions()).build());
        }
        try {
            String address = address(cluster.host());
            EventBusOptions bus = new EventBusOptions().setHost(address).setClusterPublicHost(address);
            return metrics.instrument(Vertx.builder(), new VertxOptions().setEventBusOptions(bus))
                    .withClusterManager(new HazelcastClusterManager(config(address, cluster.members())))
                    .buildClustered();
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
    }

    static Config config(String address, List<String> members) throws IOException {
        try (InputStream xml = clusterFile()) {
            Config config = new XmlConfigBuilder(xml).build();
            config.getNetworkConfig()
                    .setPublicAddress(address)
                    .getInterfaces()
                    .setEnabled(true)
                    .addInterface(address);
            members.forEach(config.getNetworkConfig().getJoin().getTcpIpConfig()::addMember);
            return config;
        }
    }

    private static InputStream clusterFile() throws IOException {
        if (Files.exists(CLUSTER_FILE)) return Files.newInputStream(CLUSTER_FILE);
        InputStream packaged = Node.class.getResourceAsStream("/cluster.xml");
        if (packaged == null) throw new FileNotFoundException(CLUSTER_FILE.toString());
        return packaged;
    }

    /** The settings let any name pass; what it means must not be reachable from outside either. */
    private static String address(String host) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(host);
        if (!Settings.Cluster.isPrivate(address.getHostAddress())) {
            throw new UnknownHostException("cluster.host: " + host + " is not a private address");
        }
        return address.getHostAddress();
    }
}
