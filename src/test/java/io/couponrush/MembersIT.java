package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.couponrush.testkit.Clustering;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a member takes from others, and whom it lets in. */
class MembersIT {
    private static final Clustering CLUSTERING = Clustering.of(3);
    private static final AtomicInteger AWAKENED = new AtomicInteger();

    private static HazelcastInstance first;
    private static HazelcastInstance second;

    /** Does something as soon as it is made from bytes. */
    private static final class Gadget implements Serializable {
        @Serial
        private static final long serialVersionUID = 1;

        @Serial
        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            AWAKENED.incrementAndGet();
        }
    }

    @BeforeAll
    static void start() throws IOException {
        first = member(0);
        second = member(1);
    }

    @AfterAll
    static void stop() {
        second.shutdown();
        first.shutdown();
    }

    private static HazelcastInstance member(int node) throws IOException {
        return Hazelcast.newHazelcastInstance(Members.config(CLUSTERING.settings(node), "127.0.0.1"));
    }

    @Test
    void bytesThatNameOtherClassesStayBytes() {
        first.getMap("bytes").put("plain", List.of("as is"));
        first.getMap("bytes").put("gadget", new Gadget());
        first.getMap("bytes").put("array", new Gadget[] {new Gadget()});
        first.getMap("bytes").put("uri", URI.create("http://elsewhere.example/"));
        assertThat(second.getMap("bytes").get("plain")).isEqualTo(List.of("as is"));
        for (String name : List.of("gadget", "array", "uri")) {
            assertThatThrownBy(() -> second.getMap("bytes").get(name))
                    .as(name)
                    .hasStackTraceContaining("is not allowed");
        }
        assertThat(AWAKENED).hasValue(0);
    }

    @Test
    void aStrangerIsNotLetIn() {
        var config = new Config();
        config.setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.logging.type", "slf4j");
        var network = config.getNetworkConfig().setPort(CLUSTERING.ports().get(2));
        network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        network.getJoin()
                .getTcpIpConfig()
                .setEnabled(true)
                .setMembers(List.of("127.0.0.1:" + CLUSTERING.ports().get(0)));
        HazelcastInstance stranger = Hazelcast.newHazelcastInstance(config);
        try {
            assertThat(config.getClusterName()).isEqualTo("dev");
            assertThat(stranger.getCluster().getMembers()).hasSize(1);
            assertThat(first.getCluster().getMembers()).hasSize(2);
        } finally {
            stranger.shutdown();
        }
    }
}
