package io.couponrush;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.couponrush.testkit.Backends;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes, as operators run and stop them. */
class CommandsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final List<Process> children = new ArrayList<>();

    CommandsIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @AfterEach
    void endChildren() {
        children.forEach(Process::destroyForcibly);
    }

    @Test
    void serveWithoutSettingsTellsAllThatIsMissingAndExitsWith2() throws Exception {
        Process serve = start(Map.of(), "serve");
        assertThat(serve.waitFor(60, SECONDS)).isTrue();
        assertThat(serve.exitValue()).isEqualTo(2);
        assertThat(text("serve.err")).contains("postgres.uri", "redis.uri", "rabbitmq.uri", "jwt.secret");
        assertThat(text("serve.out")).isEmpty();
    }

    @Test
    void serveLogsOneObjectALineAndStopsOnRequestWith0() throws Exception {
        Map<String, String> settings = serveSettings();
        assertThat(inside(settings, "migrate")).startsWith("0: ");
        Process serve = start(settings, "serve");
        awaitText(serve, "serve.out", "serving on");
        serve.destroy();
        assertThat(serve.waitFor(60, SECONDS)).isTrue();
        assertThat(serve.exitValue()).isZero();
        assertThat(text("serve.err")).isEmpty();
        List<String> actions = new ArrayList<>();
        for (String line : text("serve.out").lines().toList()) {
            JsonNode entry = new ObjectMapper().readTree(line);
            assertThat(entry.fieldNames()).toIterable().contains("timestamp", "level", "service", "message");
            if (entry.has("action"))
                actions.add(entry.get("action").asText() + ":"
                        + entry.get("message").asText());
        }
        assertThat(actions).endsWith("stop:stopping", "stop:stopped");
    }

    @Test
    void devComesUpWithNothingGreetsAndStopsOnRequestWith0() throws Exception {
        Process dev = start(
                Map.of("COUPONRUSH_DATA_DIR", directory.resolve("data").toString(), "COUPONRUSH_HTTP_PORT", "0"),
                "dev");
        awaitText(dev, "dev.out", "Metrics");
        List<ProcessHandle> servers = dev.descendants().toList();
        dev.destroy();
        assertThat(dev.waitFor(60, SECONDS)).isTrue();
        assertThat(dev.exitValue()).isZero();
        assertThat(text("dev.out")).startsWith("CouponRush is up.");
        assertThat(text("dev.err")).doesNotContain("WARN", "ERROR", "\tat ");
        assertThat(servers).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void devThatCannotStartSaysWhyInOneLineAndExitsWith1() throws Exception {
        Path file = Files.writeString(directory.resolve("a-file"), "");
        Process dev = start(Map.of("COUPONRUSH_DATA_DIR", file.toString()), "dev");
        assertThat(dev.waitFor(60, SECONDS)).isTrue();
        assertThat(dev.exitValue()).isEqualTo(1);
        assertThat(text("dev.err").lines().filter(line -> line.startsWith("couponrush: ")))
                .hasSize(1);
        assertThat(text("dev.err")).doesNotContain("\tat ");
    }

    @Test
    void migrateAppliesWhatIsMissingOnceAndDoctorFindsEverythingWell() {
        Map<String, String> env = new HashMap<>();
        env.put("COUPONRUSH_POSTGRES_URI", Backends.shared().freshDatabase());
        env.put("COUPONRUSH_REDIS_URI", Backends.shared().redisUri());
        env.put("COUPONRUSH_RABBITMQ_URI", Backends.shared().rabbitmqUri());
        env.put("COUPONRUSH_HTTP_PORT", "0");
        assertThat(inside(env, "migrate")).matches("0: (migrations applied: \\d+|up to date)\n");
        assertThat(inside(env, "migrate")).isEqualTo("0: up to date\n");
        assertThat(inside(env, "doctor", "--for", "dev"))
                .startsWith("0: ")
                .contains("fsync on", "clock offset", "maxmemory-policy noeviction", "role master", "RabbitMQ at")
                .doesNotContain("FAIL");
    }

    private static String inside(Map<String, String> env, String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out, true);
        int code = Main.commandLine(new World(env, writer, writer)).execute(arguments);
        return code + ": " + out;
    }

    private static Map<String, String> serveSettings() {
        Backends backends = Backends.shared();
        return Map.of(
                "COUPONRUSH_POSTGRES_URI",
                        backends.freshDatabase().replaceFirst("//postgres:postgres@", "//postgres:own@"),
                "COUPONRUSH_REDIS_URI", backends.redisUri(),
                "COUPONRUSH_RABBITMQ_URI", backends.rabbitmqUri(),
                "COUPONRUSH_JWT_SECRET", "q3JmZr8Xw1Lk0PzVt6Ns4HbYd9Gc2FaE7uQo",
                "COUPONRUSH_CLUSTER_ENABLED", "false",
                "COUPONRUSH_HTTP_HOST", "127.0.0.1",
                "COUPONRUSH_HTTP_PORT", "0");
    }

    private Process start(Map<String, String> settings, String command) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> line = Stream.of(
                        java,
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        programClassPath(),
                        Main.class.getName(),
                        command)
                .toList();
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve(command + ".out").toFile())
                .redirectError(directory.resolve(command + ".err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("COUPONRUSH_"));
        builder.environment().putAll(settings);
        Process child = builder.start();
        children.add(child);
        return child;
    }

    /** Without what is there for tests, above all their logging. */
    private static String programClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void awaitText(Process child, String file, String text) {
        await().atMost(PATIENCE).until(() -> text(file).contains(text) || !child.isAlive());
        assertThat(child.isAlive())
                .as(() -> text("serve.err") + text("dev.err"))
                .isTrue();
    }

    private String text(String file) {
        try {
            Path path = directory.resolve(file);
            return Files.exists(path) ? Files.readString(path, UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
