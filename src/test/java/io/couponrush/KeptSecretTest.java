package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptSecretTest {
    @Test
    void isMadeOnceAndForItsOwnerOnly(@TempDir Path directory) throws IOException {
        Path dataDir = directory.resolve("data");
        String made = KeptSecret.in(dataDir);
        assertThat(made).hasSizeGreaterThanOrEqualTo(32).isEqualTo(KeptSecret.in(dataDir));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dataDir.resolve("jwt.secret"))))
                .isEqualTo("rw-------");
    }

    @Test
    void isMadeAgainWhenItsFileWasCutShort(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("jwt.secret");
        Files.writeString(file, "short");
        assertThat(KeptSecret.in(directory)).hasSizeGreaterThanOrEqualTo(32).isEqualTo(Files.readString(file));
    }
}
