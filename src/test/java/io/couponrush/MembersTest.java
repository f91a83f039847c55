package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import io.couponrush.config.BadSettings;
import io.couponrush.testkit.Clustering;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MembersTest {
    private static final Clustering TWO = new Clustering("shop", List.of(5801, 5802));

    @Test
    void membersFindEachOtherByTheListAlone() throws IOException {
        var network = Members.config(TWO.settings(0), "127.0.0.1").getNetworkConfig();
        assertThat(network.getPort()).isEqualTo(5801);
        assertThat(network.getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
        assertThat(network.getJoin().getTcpIpConfig().isEnabled()).isTrue();
        assertThat(network.getJoin().getTcpIpConfig().getMembers()).containsExactly("127.0.0.1:5801", "127.0.0.1:5802");
        assertThat(network.getJoin().getMulticastConfig().isEnabled()).isFalse();
        assertThat(network.getJoin().getAutoDetectionConfig().isEnabled()).isFalse();
        assertThat(network.getJoin().getKubernetesConfig().isEnabled()).isFalse();
    }

    @Test
    void orByANameThatStandsForAllOfThem() throws IOException {
        var settings = new Clustering("shop", List.of(5801))
                .settings(
                        0,
                        Map.of(
                                "COUPONRUSH_CLUSTER_MEMBERS", "",
                                "COUPONRUSH_CLUSTER_SERVICE_DNS", "couponrush-members.shop.svc.cluster.local"));
        var join = Members.config(settings, "10.1.2.3").getNetworkConfig().getJoin();
        assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
        assertThat(join.getKubernetesConfig().isEnabled()).isTrue();
        assertThat(join.getKubernetesConfig().getProperties())
                .containsEntry("service-dns", "couponrush-members.shop.svc.cluster.local")
                .containsEntry("service-port", "5801");
    }

    @Test
    void notByBoth() {
        assertThatThrownBy(() -> TWO.settings(0, Map.of("COUPONRUSH_CLUSTER_SERVICE_DNS", "members")))
                .isInstanceOf(BadSettings.class)
                .hasMessageContaining("cluster.serviceDns: is set beside cluster.members");
    }

    @Test
    void theFileKeepsQuietAndNoticesSoon() throws IOException {
        Config config = Members.config(TWO.settings(0), "127.0.0.1");
        assertThat(config.getClusterName()).isEqualTo("shop");
        assertThat(config.getProperties())
                .containsEntry("hazelcast.socket.bind.any", "false")
                .containsEntry("hazelcast.phone.home.enabled", "false")
                .containsEntry("hazelcast.shutdownhook.enabled", "false")
                .containsEntry("hazelcast.heartbeat.interval.seconds", "1")
                .containsEntry("hazelcast.max.no.heartbeat.seconds", "5")
                .containsEntry("hazelcast.merge.first.run.delay.seconds", "5")
                .containsEntry("hazelcast.merge.next.run.delay.seconds", "3")
                .containsEntry("hazelcast.tcp.join.port.try.count", "1")
                .containsEntry("hazelcast.socket.connect.timeout.seconds", "2");
    }
}
