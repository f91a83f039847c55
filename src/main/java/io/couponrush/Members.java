package io.couponrush;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.XmlConfigBuilder;
import io.couponrush.config.Cluster;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** How the nodes find each other and keep together: {@code conf/cluster.xml}, completed by the settings. */
final class Members {
    /** Beside the program it wins over the copy in the jar. */
    private static final Path FILE = Path.of("conf", "cluster.xml");

    private Members() {}

    /**
     * For a member that listens on that address.
     *
     * @throws IOException when the file cannot be read
     */
    static Config config(Cluster cluster, String address) throws IOException {
        try (InputStream xml = file()) {
            Config config = new XmlConfigBuilder(xml).build().setClusterName(cluster.name());
            config.getNetworkConfig()
                    .setPort(cluster.port())
                    .setPublicAddress(address)
                    .getInterfaces()
                    .setEnabled(true)
                    .addInterface(address);
            find(config.getNetworkConfig().getJoin(), cluster);
            return config;
        }
    }

    private static void find(JoinConfig join, Cluster cluster) {
        if (cluster.serviceDns() == null) {
            join.getTcpIpConfig().setEnabled(true);
            cluster.members().forEach(join.getTcpIpConfig()::addMember);
        } else {
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", cluster.serviceDns())
                    .setProperty("service-port", Integer.toString(cluster.port()));
        }
    }

    private static InputStream file() throws IOException {
        if (Files.exists(FILE)) return Files.newInputStream(FILE);
        InputStream packaged = Members.class.getResourceAsStream("/cluster.xml");
        if (packaged == null) throw new FileNotFoundException(FILE.toString());
        return packaged;
    }
}
