package io.couponrush.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several nodes as one service.
 *
 * @param name nodes that say another one are not let in
 * @param members {@code host:port} of the other nodes, for discovery over TCP/IP
 * @param serviceDns name that stands for all nodes, like that of a headless service in Kubernetes; instead of members
 * @param host the private address that the event bus and the members' traffic bind to
 * @param port of the members' traffic; the next free one up to 19 above it is taken
 * @param busPort of the event bus; 0 takes any free port
 */
public record Cluster(
        @Default("false") boolean enabled,
        @Default("couponrush") String name,
        @Default("") List<String> members,
        @Nullable String serviceDns,
        @Default("127.0.0.1") String host,
        @Default("5701") int port,
        @Default("0") int busPort,
        BusTls busTls) {
    /** Whether only this machine or a private network can reach this address. */
    public static boolean isPrivate(String address) {
        return Shapes.isPrivateHost(address);
    }

    public Cluster {
        members = List.copyOf(members);
        Rules.of("cluster")
                .each("host", List.of(host), Shapes::isPrivateHost, "is not a private address")
                .each("members", members, Shapes::isMember, "is not host:port")
                .that(!name.isBlank(), "name", "is empty")
                .that(serviceDns == null || members.isEmpty(), "serviceDns", "is set beside cluster.members")
                .range("port", port, 1, 65_535 - 19)
                .range("busPort", busPort, 0, 65_535)
                .check();
    }

    /** PEM files with which nodes prove to each other that they may use the event bus; set all or none. */
    public record BusTls(@Nullable Path certificate, @Nullable Path key, @Nullable Path authority) {
        public BusTls {
            boolean none = certificate == null && key == null && authority == null;
            Rules.of("cluster.busTls")
                    .that(none || certificate != null, "certificate", "is missing")
                    .that(none || key != null, "key", "is missing")
                    .that(none || authority != null, "authority", "is missing")
                    .check();
        }
    }
}
