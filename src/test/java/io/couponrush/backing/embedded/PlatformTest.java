package io.couponrush.backing.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlatformTest {
    @Test
    void namesTheBinariesOfEachSupportedMachine() {
        assertThat(Platform.of("Linux", "amd64"))
                .isEqualTo(new Platform("postgres-linux-x86_64.txz", "redis-server-7.0.15-linux-amd64"));
        assertThat(Platform.of("Linux", "aarch64"))
                .isEqualTo(new Platform("postgres-linux-arm_64.txz", "redis-server-7.0.15-linux-arm64"));
        assertThat(Platform.of("Mac OS X", "x86_64"))
                .isEqualTo(new Platform("postgres-darwin-x86_64.txz", "redis-server-7.0.15-darwin-amd64"));
        assertThat(Platform.of("Mac OS X", "aarch64"))
                .isEqualTo(new Platform("postgres-darwin-arm_64.txz", "redis-server-7.0.15-darwin-arm64"));
    }

    @Test
    void saysWhatIsSupportedWhereItIsNot() {
        assertThatThrownBy(() -> Platform.of("Windows 11", "amd64")).hasMessageContaining("Linux and macOS");
        assertThatThrownBy(() -> Platform.of("Linux", "s390x")).hasMessageContaining("amd64 and arm64");
    }
}
