package io.couponrush.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.couponrush.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program as a process of its own, which may be killed at any moment and started again on the same data: {@code dev},
 * or {@code serve}.
 */
public final class ServiceProcess implements Service, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<String> BRIEF =
            List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"); // it does not live long
    private static final List<String> ROOMY = List.of("-Xmx1500m", "-XX:+UseParallelGC");
    private static final Pattern SHOP = Pattern.compile("Shop\\s+http://[0-9.]+:(\\d+)/");

    private final Path directory;
    private final Map<String, String> env;
    private final List<String> launcher;
    private final String command;
    private final Path jar;
    private List<String> jvm = BRIEF;
    private volatile Process child;
    private volatile int port;
    private long started;

    private ServiceProcess(Path directory, Map<String, String> env, String... launcher) {
        this(directory, env, "dev", null, launcher);
        this.env.put("COUPONRUSH_DATA_DIR", data().toString());
        this.env.put("COUPONRUSH_HTTP_PORT", "0");
        this.env.put("COUPONRUSH_ISSUANCE_LEASE_TTL", "4s"); // sooner at rest than with the default of 10 s
    }

    private ServiceProcess(Path directory, Map<String, String> env, String command, Path jar, String... launcher) {
        this.directory = directory;
        this.launcher = List.of(launcher);
        this.command = command;
        this.jar = jar;
        this.env = new HashMap<>(env);
    }

    /**
     * {@code serve} with these settings by their names in the environment, which name its port, and no others.
     *
     * @param jar the packaged program; null for the classes of this build
     */
    public static ServiceProcess serving(Path directory, Map<String, String> env, Path jar) {
        return new ServiceProcess(directory, env, "serve", jar).start();
    }

    /** With its own embedded servers, whose data it keeps in that directory. */
    public static ServiceProcess withEverything(Path directory) {
        return new ServiceProcess(directory, RunningService.manners()).start();
    }

    /** Using the shared servers, which outlive it. */
    public static ServiceProcess onSharedServers(Path directory) {
        return new ServiceProcess(
                        directory, RunningService.environment(Backends.shared().redisUri()))
                .start();
    }

    /** With these settings by their names in the environment, and no others. */
    public static ServiceProcess with(Path directory, Map<String, String> env) {
        return new ServiceProcess(directory, env).start();
    }

    /** The same with room for many thousand sockets, and all its compilers. */
    public static ServiceProcess roomy(Path directory, Map<String, String> env) {
        var process = new ServiceProcess(directory, env);
        process.jvm = ROOMY;
        return process.start();
    }

    /** The same, started by a command that takes the rest of its line for a command and becomes it. */
    public static ServiceProcess launched(Path directory, Map<String, String> env, String... launcher) {
        return new ServiceProcess(directory, env, launcher).start();
    }

    public ServiceProcess start() {
        try {
            Files.deleteIfExists(directory.resolve("out"));
            var line = new ArrayList<>(launcher);
            line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            line.addAll(jvm);
            line.addAll(
                    jar == null
                            ? List.of("-cp", classPath(), Main.class.getName())
                            : List.of("-jar", jar.toAbsolutePath().toString()));
            line.add(command);
            var builder = new ProcessBuilder(line)
                    .directory(directory.toFile())
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("err").toFile()));
            builder.environment().keySet().removeIf(name -> name.startsWith("COUPONRUSH_"));
            builder.environment().putAll(env);
            child = builder.start();
            started = System.nanoTime();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = command.equals("dev") ? awaitBanner() : awaitReady();
        return this;
    }

    /** From its next start on. */
    public void isTold(Map<String, String> settings) {
        env.putAll(settings);
    }

    /** Takes back what it was told, from its next start on. */
    public void forgets(Set<String> settings) {
        env.keySet().removeAll(settings);
    }

    /** Since its last start. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    public boolean isAlive() {
        return child.isAlive();
    }

    /** As {@code kill -9} does: nothing of it runs on. */
    public void isKilled() {
        child.destroyForcibly();
        awaitEnd();
    }

    /** Does nothing until it is resumed, as if its machine stood still. */
    public void isSuspended() {
        Signal.STOP.to(child);
    }

    public void isResumed() {
        Signal.CONT.to(child);
    }

    /** As SIGTERM asks; the exit code. */
    public int isStopped() {
        child.destroy();
        return awaitEnd();
    }

    public long pid() {
        return child.pid();
    }

    /** What it has said on stderr since the first start. */
    public String log() {
        return text("err");
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String postgresUri() {
        String own = env.get("COUPONRUSH_POSTGRES_URI");
        if (own != null) return own;
        String postmaster = text("data/postgres/data/postmaster.pid");
        return "postgresql://couponrush:" + text("data/secrets/postgres") + "@127.0.0.1:"
                + postmaster.lines().skip(3).findFirst().orElseThrow() + "/couponrush";
    }

    @Override
    public String redisUri() {
        String own = env.get("COUPONRUSH_REDIS_URI");
        if (own != null) return own;
        Matcher port = Pattern.compile("(?m)^port (\\d+)$").matcher(text("data/redis/redis.conf"));
        if (!port.find()) throw new IllegalStateException("no port in redis.conf");
        return "redis://:" + text("data/secrets/redis") + "@127.0.0.1:" + port.group(1);
    }

    @Override
    public void close() {
        if (child.isAlive()) isKilled();
    }

    private Path data() {
        return directory.resolve("data");
    }

    private int awaitBanner() {
        await().pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> SHOP.matcher(text("out")).find() || !child.isAlive());
        Matcher shop = SHOP.matcher(text("out"));
        if (!shop.find()) throw new AssertionError("did not start: " + log());
        return Integer.parseInt(shop.group(1));
    }

    /** Takes the port that it was told. */
    private int awaitReady() {
        int told = Integer.parseInt(env.get("COUPONRUSH_HTTP_PORT"));
        await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).until(() -> isReady(told) || !child.isAlive());
        if (!child.isAlive()) throw new AssertionError("did not start: " + log());
        return told;
    }

    private static boolean isReady(int port) throws IOException {
        var ready = new URL("http://127.0.0.1:" + port + "/health/ready");
        try {
            return ((HttpURLConnection) ready.openConnection()).getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private int awaitEnd() {
        try {
            if (!child.waitFor(60, SECONDS)) throw new AssertionError("did not end: " + log());
            return child.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String text(String file) {
        try {
            Path path = directory.resolve(file);
            return Files.exists(path) ? Files.readString(path, UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without what is there for tests, above all their logging. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
