package io.couponrush.testkit;

import io.couponrush.config.Cluster;
import io.couponrush.config.Profile;
import io.couponrush.config.SettingsLoader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** The settings of nodes that are to be one cluster, apart from every other on this machine. */
public record Clustering(String name, List<Integer> ports) {
    public static Clustering of(int nodes) {
        return new Clustering("test-" + UUID.randomUUID(), FreePorts.find(nodes));
    }

    /** What that node, counted from 0, is told by its environment. */
    public Map<String, String> env(int node) {
        return new HashMap<>(Map.of(
                "COUPONRUSH_CLUSTER_ENABLED",
                "true",
                "COUPONRUSH_CLUSTER_NAME",
                name,
                "COUPONRUSH_CLUSTER_PORT",
                ports.get(node).toString(),
                "COUPONRUSH_CLUSTER_MEMBERS",
                ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","))));
    }

    public Cluster settings(int node) {
        return settings(node, Map.of());
    }

    /** With other settings by their names in the environment. */
    public Cluster settings(int node, Map<String, String> changes) {
        var env = env(node);
        env.putAll(changes);
        return SettingsLoader.read(Profile.DEV, env).settings().cluster();
    }
}
