package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.FreePorts;
import io.couponrush.testkit.Listening;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.ServiceProcess;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the program listens when its settings say nothing of it: what docs/security.md lists, and nothing else. */
class DoorsIT {
    @TempDir
    private Path directory;

    @BeforeAll
    static void someSystemsDoNotTell() {
        assumeTrue(Listening.isTold(), "this system does not tell who listens where");
    }

    @Test
    void aNodeListensForClientsEverywhereAndForOtherNodesOnLoopback() {
        int http = FreePorts.find();
        int members = Clustering.of(1).ports().get(0);
        Map<String, String> env = RunningService.environment(Backends.shared().redisUri());
        env.put("COUPONRUSH_JWT_SECRET", "Vw5nKq8RtYb2ZxLc7MhGd4PsJf9Ae3Uo");
        env.put("COUPONRUSH_HTTP_PORT", Integer.toString(http)); // the usual ones may be taken
        env.put("COUPONRUSH_CLUSTER_PORT", Integer.toString(members));
        env.put("COUPONRUSH_CLUSTER_NAME", "doors-" + members);
        try (var node = ServiceProcess.serving(directory, env, null)) {
            Set<InetSocketAddress> all = Listening.addresses(node.pid());
            assertThat(all).as("clients, members, bus").hasSize(3);
            assertThat(all)
                    .filteredOn(door -> door.getPort() == http)
                    .allMatch(door -> door.getAddress().isAnyLocalAddress())
                    .hasSize(1);
            assertThat(all)
                    .filteredOn(door -> door.getPort() != http)
                    .allMatch(door -> door.getAddress().isLoopbackAddress())
                    .extracting(InetSocketAddress::getPort)
                    .contains(members);
        }
    }

    @Test
    void devWithItsServersListensOnLoopbackAlone() {
        try (var dev = ServiceProcess.withEverything(directory)) {
            Set<InetSocketAddress> own = Listening.addresses(dev.pid());
            Set<InetSocketAddress> servers = ProcessHandle.of(dev.pid())
                    .orElseThrow()
                    .descendants()
                    .flatMap(child -> Listening.addresses(child.pid()).stream())
                    .collect(Collectors.toSet());
            assertThat(own).as("clients, broker").hasSize(2);
            assertThat(own).extracting(InetSocketAddress::getPort).contains(dev.port());
            assertThat(servers).extracting(InetSocketAddress::getPort).containsAll(ports(dev));
            for (var doors : List.of(own, servers)) {
                assertThat(doors).allMatch(door -> door.getAddress().isLoopbackAddress());
            }
            assertThat(servers).extracting(InetSocketAddress::getPort).isSubsetOf(ports(dev));
        }
    }

    /** Of Postgres and Redis, which may listen by IPv4 and by IPv6. */
    private static Set<Integer> ports(ServiceProcess dev) {
        return Set.of(
                URI.create(dev.postgresUri()).getPort(),
                URI.create(dev.redisUri()).getPort());
    }
}
