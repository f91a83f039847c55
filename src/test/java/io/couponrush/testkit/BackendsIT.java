package io.couponrush.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BackendsIT {
    private final Backends backends = Backends.shared();

    @Test
    void givesServersThatOurClientsCanUse() throws Exception {
        var name = "footprint." + UUID.randomUUID();
        try (var footprint = new Footprint(backends.freshDatabase(), backends.redisUri(), backends.rabbitmqUri())) {
            footprint.leave(name);
            assertThat(footprint.find(name)).isEqualTo(new Footprint.Traces(1, 1, List.of("first", "second")));
        }
        backends.flushRedis();
    }

    @Test
    void givesEveryCallerItsOwnDatabase() {
        assertThat(backends.freshDatabase()).isNotEqualTo(backends.freshDatabase());
    }
}
