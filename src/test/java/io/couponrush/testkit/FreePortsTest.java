package io.couponrush.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    @Test
    void noneIsGivenTwice() {
        List<Integer> ports = FreePorts.find(50);
        assertThat(ports).doesNotHaveDuplicates().doesNotContain(FreePorts.find());
    }

    @Test
    void oneThatIsTakenIsPassedOver() throws IOException {
        int next = FreePorts.find() + 1;
        try (var taken = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
            assertThat(FreePorts.find()).isGreaterThan(taken.getLocalPort());
        }
    }

    @Test
    void allAreBelowThoseThatTheSystemGivesAway() {
        assertThat(FreePorts.find()).isBetween(12_000, 31_999);
    }
}
