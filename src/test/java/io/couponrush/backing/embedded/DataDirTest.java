package io.couponrush.backing.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirTest {
    private final Path temp;

    DataDirTest(@TempDir Path temp) {
        this.temp = temp;
    }

    @Test
    void isHeldByOneUntilReleased() {
        var first = DataDir.open(temp);
        assertThatThrownBy(() -> DataDir.open(temp)).hasMessageContaining("is in use by this very process");
        first.release();
        DataDir.open(temp).release();
    }

    @Test
    void makesASecretOnceAndShowsItToNobody() throws Exception {
        var data = DataDir.open(temp.resolve("new/data"));
        var secret = data.secret("redis");
        assertThat(secret).hasSize(32).isEqualTo(data.secret("redis")).isNotEqualTo(data.secret("broker"));
        assertThat(permissions("new/data")).isEqualTo("rwx------");
        assertThat(permissions("new/data/secrets/redis")).isEqualTo("rw-------");
        data.release();
    }

    private String permissions(String path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve(path)));
    }
}
