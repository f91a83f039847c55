package io.couponrush;

import io.couponrush.config.Cluster;
import io.couponrush.config.Settings;
import io.couponrush.ops.Metrics;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Makes the one Vert.x of a process, alone or as a member of the cluster. */
final class Node {
    /** A line to another node that is silent for the sum of both is given up, as soon as the member itself is. */
    private static final int PING_EVERY_MS = 1_000;

    private static final int PONG_WITHIN_MS = 4_000;
    private static final int CONNECT_MS = 2_000;

    private Node() {}

    static Future<Vertx> start(Cluster cluster, Metrics metrics, @Nullable Tracing tracing) {
        if (!cluster.enabled()) {
            return Future.succeededFuture(
                    instrument(new VertxOptions(), metrics, tracing).build());
        }
        try {
            String address = address(cluster.host());
            var options = new VertxOptions().setEventBusOptions(bus(cluster, address));
            var members = new HazelcastClusterManager(Members.config(cluster, address));
            return instrument(options, metrics, tracing)
                    .withClusterManager(members)
                    .buildClustered()
                    .onSuccess(
                            joined -> metrics.cluster(() -> members.getNodes().size()));
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
    }

    /** Null where the settings have tracing off. */
    static @Nullable Tracing tracing(Settings settings, Metrics metrics) {
        if (!settings.tracing().enabled()) {
            return null;
        }
        Tracing tracing = Tracing.start(settings.tracing(), Version.number());
        metrics.spans(tracing::sent, tracing::lost);
        return tracing;
    }

    private static VertxBuilder instrument(VertxOptions options, Metrics metrics, @Nullable Tracing tracing) {
        VertxBuilder builder = metrics.instrument(Vertx.builder(), options);
        return tracing == null ? builder : builder.withTracer(none -> tracing.hooks());
    }

    private static EventBusOptions bus(Cluster cluster, String address) {
        var options = new EventBusOptions()
                .setHost(address)
                .setClusterPublicHost(address)
                .setPort(cluster.busPort())
                .setConnectTimeout(CONNECT_MS)
                .setClusterPingInterval(PING_EVERY_MS)
                .setClusterPingReplyInterval(PONG_WITHIN_MS);
        var tls = cluster.busTls();
        if (tls.certificate() != null && tls.key() != null && tls.authority() != null) {
            options.setSsl(true)
                    .setTrustAll(false)
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(tls.certificate().toString())
                            .addKeyPath(tls.key().toString()))
                    .setTrustOptions(
                            new PemTrustOptions().addCertPath(tls.authority().toString()));
        }
        return options;
    }

    /** The settings let any name pass; what it means must not be reachable from outside either. */
    private static String address(String host) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(host);
        if (!Cluster.isPrivate(address.getHostAddress())) {
            throw new UnknownHostException("cluster.host: " + host + " is not a private address");
        }
        return address.getHostAddress();
    }
}
