package io.couponrush.backing.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couponrush.backing.embedded.EmbeddedStack.Part;
import io.couponrush.testkit.Footprint;
import io.couponrush.testkit.Footprint.Traces;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStackIT {
    private static final Set<Part> ALL = EnumSet.allOf(Part.class);
    private static final Traces WHOLE = new Traces(1, 1, List.of("first", "second"));
    private static final Traces WITHOUT_REDIS = new Traces(1, 0, List.of("first", "second"));

    private static Path temp;
    private static Path one;

    /** Shared by all, so that the binaries are unpacked once. */
    @BeforeAll
    static void share(@TempDir Path directory) {
        temp = directory;
        one = directory.resolve("one");
    }

    @Test
    void keepsItsDataFromOneStartToTheNextButForRedis() throws Exception {
        try (var stack = EmbeddedStack.start(one, ALL)) {
            leave(stack, "stopped");
        }
        try (var stack = EmbeddedStack.start(one, ALL)) {
            assertThat(find(stack, "stopped")).isEqualTo(WITHOUT_REDIS);
        }
    }

    @Test
    void killedJvmLeavesItsDataAndNoProcess() throws Exception {
        var pids = temp.resolve("pids");
        var host = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StackHost.class.getName(),
                        one.toString(),
                        "killed",
                        pids.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(pids) || !host.isAlive());
            assertThat(temp.resolve("host.log"))
                    .satisfies(log -> assertThat(pids).exists());
            assertThatThrownBy(() -> EmbeddedStack.start(one, ALL))
                    .isInstanceOf(EmbeddedStackException.class)
                    .hasMessageContaining("is in use by the process with pid " + host.pid());
        } finally {
            host.destroyForcibly().waitFor();
        }
        var children = Files.readAllLines(pids).stream().map(Long::valueOf).toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(2);

        try (var stack = EmbeddedStack.start(one, ALL)) {
            assertThat(children).noneMatch(EmbeddedStackIT::runs);
            assertThat(find(stack, "killed")).isEqualTo(WITHOUT_REDIS);
        }
    }

    @Test
    void twoRunSideBySideOnLoopbackOnlyAndOneDirectoryServesOne() throws Exception {
        try (var first = EmbeddedStack.start(one, ALL);
                var second = EmbeddedStack.start(temp.resolve("two"), ALL)) {
            leave(first, "beside");
            leave(second, "beside");
            assertThat(find(first, "beside")).isEqualTo(WHOLE);
            assertThat(find(second, "beside")).isEqualTo(WHOLE);

            assertThatThrownBy(() -> EmbeddedStack.start(one, ALL))
                    .isInstanceOf(EmbeddedStackException.class)
                    .hasMessageContaining(one.toRealPath() + " is in use by this very process");

            for (var uri : List.of(first.postgresUri(), first.redisUri(), first.rabbitmqUri())) {
                assertThat(listens("127.0.0.1", uri)).isTrue();
                assertThat(listens("127.0.0.2", uri)).as("on another address").isFalse();
            }
        }
    }

    @Test
    void refusesDataOfAnotherPostgresAndSaysWhatToDo() throws Exception {
        var old = temp.resolve("old");
        var cluster = Files.createDirectories(old.resolve("postgres/data"));
        Files.writeString(cluster.resolve("PG_VERSION"), "12\n");

        assertThatThrownBy(() -> EmbeddedStack.start(old, Set.of(Part.POSTGRES, Part.REDIS)))
                .isInstanceOf(EmbeddedStackException.class)
                .hasMessageContaining("was written by Postgres 12, this is Postgres 17")
                .hasMessageContaining("set COUPONRUSH_POSTGRES_URI");
        try (var stack = EmbeddedStack.start(old, Set.of(Part.REDIS))) {
            assertThatThrownBy(stack::postgresUri).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void ofADatabaseThatIsNotWhatItHasToBeNothingIsLeft() throws IOException {
        var made = new ArrayList<String>();
        assertThatThrownBy(() -> EmbeddedStack.start(temp, Set.of(Part.POSTGRES, Part.REDIS), uri -> {
                    made.add(uri);
                    throw new IllegalStateException("no schema");
                }))
                .isInstanceOf(EmbeddedStackException.class)
                .hasMessage("no schema");
        assertThat(listens("127.0.0.1", made.get(0))).isFalse();
    }

    private static void leave(EmbeddedStack stack, String name) {
        try (var footprint = new Footprint(stack.postgresUri(), stack.redisUri(), stack.rabbitmqUri())) {
            footprint.leave(name);
        }
    }

    private static Traces find(EmbeddedStack stack, String name) throws InterruptedException {
        try (var footprint = new Footprint(stack.postgresUri(), stack.redisUri(), stack.rabbitmqUri())) {
            return footprint.find(name);
        }
    }

    /** A child that nobody has waited for yet has no command line any more. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().commandLine())
                .isPresent();
    }

    private static boolean listens(String host, String uri) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, URI.create(uri).getPort()), 1_000);
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }
}
