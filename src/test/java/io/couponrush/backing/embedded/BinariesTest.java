package io.couponrush.backing.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesTest {
    private static final String REDIS = Platform.current().redisServer();

    private final Path temp;

    BinariesTest(@TempDir Path temp) {
        this.temp = temp;
    }

    @Test
    void replacesOlderOnesAndWhatAKilledStartLeft() throws Exception {
        Files.createDirectories(temp.resolve("redis.tmp"));
        Files.writeString(temp.resolve("redis.tmp/redis-server"), "half");
        Files.createDirectories(temp.resolve("redis-of-last-year"));
        Files.createDirectories(temp.resolve("postgres-1"));

        var server = new Binaries(temp).redis(REDIS);

        assertThat(Command.run(List.of(server.toString(), "--version")).ok()).isTrue();
        assertThat(temp).isDirectoryNotContaining(path -> path.endsWith("redis.tmp"));
        assertThat(temp).isDirectoryNotContaining(path -> path.endsWith("redis-of-last-year"));
        assertThat(temp.resolve("postgres-1")).exists();
    }

    @Test
    void unpacksOnce() throws Exception {
        var server = new Binaries(temp).redis(REDIS);
        var unpacked = Files.getLastModifiedTime(server);
        assertThat(Files.getLastModifiedTime(new Binaries(temp).redis(REDIS))).isEqualTo(unpacked);
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> new Binaries(temp).postgres("postgres-none.txz"))
                .hasMessage("postgres-none.txz is not on the class path");
    }
}
