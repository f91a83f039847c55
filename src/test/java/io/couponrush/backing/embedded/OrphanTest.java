package io.couponrush.backing.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanTest {
    private final Path temp;
    private final Process process;
    private final Path pidFile;

    OrphanTest(@TempDir Path temp) throws IOException {
        this.temp = temp;
        process = new ProcessBuilder(List.of("sh", "-c", "while :; do sleep 0.1; done", "mark-of-ours")).start();
        pidFile = Files.writeString(temp.resolve("pid"), process.pid() + "\nmore\n");
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    @Test
    void isStopped() throws Exception {
        Orphan.stop(pidFile, "mark-of-ours", "TERM");
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void isLeftAloneWhenThePidBelongsToSomebodyElse() throws Exception {
        Orphan.stop(pidFile, "mark-of-another", "TERM");
        assertThat(process.isAlive()).isTrue();
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void mayBeGoneAlready() throws Exception {
        process.destroyForcibly().waitFor();
        Orphan.stop(pidFile, "mark-of-ours", "TERM");
        Orphan.stop(temp.resolve("no such file"), "mark-of-ours", "TERM");
        assertThat(process.isAlive()).isFalse();
    }
}
