package io.couponrush.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.couponrush.testkit.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where a service keeps its truth: named by the environment as for the service itself, else the servers of {@code dev}.
 *
 * @param rabbitmqUri empty for the embedded broker, whose port nobody is told; then the service is asked
 */
record Places(String postgresUri, String redisUri, String rabbitmqUri) implements Service {
    private static final Pattern PORT = Pattern.compile("(?m)^port (\\d+)$");

    /**
     * Reads what is needed, and nothing else.
     *
     * @param data the directory of a {@code dev} that runs
     * @throws IOException when a server is neither named nor found there
     */
    static Places of(Map<String, String> env, Path data) throws IOException {
        String postgres = env.get("COUPONRUSH_POSTGRES_URI");
        String redis = env.get("COUPONRUSH_REDIS_URI");
        return new Places(
                postgres == null ? embeddedPostgres(data) : postgres,
                redis == null ? embeddedRedis(data) : redis,
                env.getOrDefault("COUPONRUSH_RABBITMQ_URI", ""));
    }

    private static String embeddedPostgres(Path data) throws IOException {
        String port = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"))
                .get(3)
                .strip();
        return "postgresql://couponrush:" + secret(data, "postgres") + "@127.0.0.1:" + port + "/couponrush";
    }

    private static String embeddedRedis(Path data) throws IOException {
        var port = PORT.matcher(Files.readString(data.resolve("redis/redis.conf"), UTF_8));
        if (!port.find()) throw new IOException("no port in " + data.resolve("redis/redis.conf"));
        return "redis://:" + secret(data, "redis") + "@127.0.0.1:" + port.group(1);
    }

    private static String secret(Path data, String name) throws IOException {
        return Files.readString(data.resolve("secrets").resolve(name), UTF_8).strip();
    }

    @Override
    public int port() {
        throw new UnsupportedOperationException("only its books are known");
    }
}
