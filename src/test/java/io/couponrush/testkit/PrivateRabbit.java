package io.couponrush.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A RabbitMQ of the test's own, which it may kill, start again with its data, and make short of memory. */
public final class PrivateRabbit implements AutoCloseable {
    private static final Path INSTALLED = Path.of("/usr/lib/rabbitmq/lib");
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final Path programs;
    private final int port = FreePorts.find();
    private final Map<String, String> env;
    private Process child;

    private PrivateRabbit(Path directory, Path programs) {
        this.directory = directory.toAbsolutePath();
        this.programs = programs;
        env = Map.ofEntries(
                Map.entry("HOME", this.directory.toString()), // where the cookie is
                Map.entry("RABBITMQ_NODENAME", "test" + port + "@localhost"),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODE_PORT", Integer.toString(port)),
                Map.entry("RABBITMQ_DIST_PORT", Integer.toString(FreePorts.find())),
                Map.entry("ERL_EPMD_PORT", Integer.toString(FreePorts.find())),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_MNESIA_BASE", this.directory.resolve("data").toString()),
                Map.entry("RABBITMQ_LOG_BASE", this.directory.resolve("log").toString()),
                Map.entry("RABBITMQ_CONF_ENV_FILE", "/dev/null"),
                Map.entry(
                        "RABBITMQ_CONFIG_FILE",
                        this.directory.resolve("rabbitmq").toString()),
                Map.entry(
                        "RABBITMQ_ENABLED_PLUGINS_FILE",
                        this.directory.resolve("plugins").toString()),
                Map.entry("RABBITMQ_ALLOW_INPUT", "1")); // the script becomes the server
    }

    /** One that is not started. Empty when this machine has no RabbitMQ. */
    public static Optional<PrivateRabbit> in(Path directory) {
        if (!Files.isDirectory(INSTALLED)) return Optional.empty();
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.map(version -> version.resolve("sbin"))
                    .filter(programs -> Files.isExecutable(programs.resolve("rabbitmq-server")))
                    .max(Comparator.naturalOrder())
                    .map(programs -> new PrivateRabbit(directory, programs));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String uri() {
        return "amqp://guest:guest@127.0.0.1:" + port;
    }

    /** Returns when it takes connections. */
    public void start() {
        child = run("rabbitmq-server");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            try {
                connect().close();
                return true;
            } catch (IOException | java.util.concurrent.TimeoutException notYet) {
                return false;
            }
        });
    }

    /** Without a word; what is durable stays. */
    public void dies() {
        child.destroyForcibly();
        child.descendants().forEach(ProcessHandle::destroyForcibly);
        ended(child);
    }

    /** It lets nobody publish until {@link #hasMemory}. */
    public void runsOutOfMemory() {
        tells("set_vm_memory_high_watermark", "absolute", "1");
    }

    public void hasMemory() {
        tells("set_vm_memory_high_watermark", "0.4");
    }

    /** Does something on a connection of its own. */
    public void does(Act act) {
        try (Connection connection = connect()) {
            act.on(connection.createChannel());
        } catch (IOException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** What to do with the broker. */
    @FunctionalInterface
    public interface Act {
        void on(Channel channel) throws IOException;
    }

    @Override
    public void close() {
        if (child != null && child.isAlive()) dies();
        ended(run("epmd", "-kill")); // its own, on its own port
    }

    private Connection connect() throws IOException, java.util.concurrent.TimeoutException {
        var factory = new ConnectionFactory();
        factory.setPort(port);
        factory.setHost("127.0.0.1");
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }

    private void tells(String... command) {
        Process ctl = run(
                "rabbitmqctl",
                Stream.concat(Stream.of("-q"), Stream.of(command)).toArray(String[]::new));
        if (ended(ctl) != 0) throw new AssertionError("rabbitmqctl " + List.of(command) + " failed");
    }

    private Process run(String program, String... arguments) {
        try {
            Path own = programs.resolve(program);
            var command = Stream.concat(
                            Stream.of(Files.isExecutable(own) ? own.toString() : program), Stream.of(arguments))
                    .toList();
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("out").toFile()));
            builder.environment().putAll(env);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int ended(Process process) {
        try {
            if (!process.waitFor(60, SECONDS)) throw new AssertionError("does not end");
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
