package io.couponrush.backing;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.couponrush.config.Secret;
import io.couponrush.config.ServiceUri;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One look at each backing service, for {@code doctor}. Blocks: not for an event loop. */
public final class Probes {
    private static final Pattern INFO_LINE = Pattern.compile("(?m)^(\\w+):(.*?)\\r?$");
    private static final Duration TOLERATED_OFFSET = Duration.ofSeconds(1);
    private static final int SECONDS = 5;

    private Probes() {}

    public static List<Finding> postgres(Secret uri, InstantSource clock) {
        ServiceUri address = ServiceUri.parse(uri);
        String name = "Postgres at " + address.place(5432);
        try (java.sql.Connection connection = Migrations.connect(address);
                Statement statement = connection.createStatement()) {
            List<Finding> findings = new ArrayList<>();
            int version = connection.getMetaData().getDatabaseMajorVersion();
            findings.add(
                    version >= 14
                            ? Finding.ok(name + ": version " + version)
                            : Finding.fail(name + ": version " + version, "use 14 or later"));
            findings.add(durable(name, statement, "fsync"));
            findings.add(durable(name, statement, "synchronous_commit"));
            findings.add(offset(name, statement, clock));
            findings.add(rights(name, statement));
            return findings;
        } catch (SQLException e) {
            return List.of(unreachable(name, e, "postgres.uri"));
        }
    }

    public static List<Finding> redis(Secret uri) {
        ServiceUri address = ServiceUri.parse(uri);
        String name = "Redis at " + address.place(6379);
        Vertx vertx = Vertx.vertx();
        try {
            Redis redis = Redis.createClient(vertx, new RedisOptions().setConnectionString(uri.reveal()));
            String info = redis.send(Request.cmd(Command.INFO))
                    .timeout(SECONDS, TimeUnit.SECONDS)
                    .await()
                    .toString();
            boolean may = redis.send(Request.cmd(Command.CONFIG).arg("GET").arg("maxmemory-policy"))
                    .timeout(SECONDS, TimeUnit.SECONDS)
                    .transform(answer -> Future.succeededFuture(answer.succeeded()))
                    .await();
            List<Finding> findings = new ArrayList<>(redisFindings(name, info));
            findings.add(redisRights(name, may));
            return findings;
        } catch (Throwable e) { // what the client fails with is a Throwable, but not an Exception
            return List.of(unreachable(name, e, "redis.uri"));
        } finally {
            vertx.close().await();
        }
    }

    static Finding redisRights(String name, boolean mayConfigure) {
        return mayConfigure
                ? Finding.warn(
                        name + ": its user may do everything", "give the service the user of conf/redis/users.acl")
                : Finding.ok(name + ": its user may not configure it");
    }

    static List<Finding> redisFindings(String name, String text) {
        Map<String, String> info = INFO_LINE
                .matcher(text)
                .results()
                .collect(Collectors.toMap(line -> line.group(1), Probes::value, (first, second) -> second));
        Function<String, String> of = key -> info.getOrDefault(key, "unknown");
        String version = of.apply("redis_version");
        String policy = of.apply("maxmemory_policy");
        String role = of.apply("role");
        String versionText = name + ": version " + version;
        String policyText = name + ": maxmemory-policy " + policy;
        String roleText = name + ": role " + role;
        return List.of(
                version.matches("([7-9]|\\d{2,})\\..*")
                        ? Finding.ok(versionText)
                        : Finding.fail(versionText, "use 7 or later"),
                policy.equals("noeviction")
                        ? Finding.ok(policyText)
                        : Finding.fail(policyText, "set maxmemory-policy noeviction: evicted stock stops a campaign"),
                role.equals("master")
                        ? Finding.ok(roleText)
                        : Finding.fail(roleText, "point redis.uri at the master: scripts write"));
    }

    public static List<Finding> rabbitmq(Secret uri) {
        String name = "RabbitMQ at " + ServiceUri.parse(uri).place(5672);
        try {
            ConnectionFactory factory = RabbitTls.factory(uri.reveal());
            factory.setConnectionTimeout(SECONDS * 1_000);
            factory.setHandshakeTimeout(SECONDS * 1_000);
            factory.setAutomaticRecoveryEnabled(false);
            try (Connection connection = factory.newConnection("couponrush doctor")) {
                Map<String, Object> server = connection.getServerProperties();
                return List.of(Finding.ok(name + ": " + server.get("product") + " " + server.get("version")));
            }
        } catch (Exception e) {
            return List.of(unreachable(name, e, "rabbitmq.uri"));
        }
    }

    private static String value(MatchResult line) {
        return line.group(2).strip();
    }

    private static Finding durable(String name, Statement statement, String setting) throws SQLException {
        try (ResultSet row = statement.executeQuery("show " + setting)) {
            String value = row.next() ? row.getString(1) : "unknown";
            String what = name + ": " + setting + " " + value;
            if (!value.equals("off")) return Finding.ok(what);
            return Finding.fail(what, "switch it on: a coupon that was answered 201 must survive a crash");
        }
    }

    private static Finding rights(String name, Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("select rolname, rolsuper from pg_roles where rolname = current_user")) {
            if (!row.next()) return Finding.warn(name + ": does not know its role", "");
            String what = name + ": role " + row.getString(1);
            if (!row.getBoolean(2)) return Finding.ok(what);
            return Finding.warn(what + " may do everything", "give the service the role of conf/postgres/roles.sql");
        }
    }

    private static Finding offset(String name, Statement statement, InstantSource clock) throws SQLException {
        Instant before = clock.instant();
        try (ResultSet row = statement.executeQuery("select extract(epoch from clock_timestamp()) * 1000")) {
            if (!row.next()) return Finding.warn(name + ": tells no time", "");
            Instant theirs = Instant.ofEpochMilli(row.getLong(1));
            Instant ours = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
            Duration offset = Duration.between(ours, theirs);
            String what = name + ": clock offset " + offset.toMillis() + " ms";
            if (offset.abs().compareTo(TOLERATED_OFFSET) <= 0) return Finding.ok(what);
            return Finding.warn(what, "synchronise the clocks (NTP): tokens and windows are judged by them");
        }
    }

    /** The client's message may repeat the address, never the password. */
    private static Finding unreachable(String name, Throwable failure, String key) {
        String reason = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        String kind = failure.getClass().getSimpleName();
        return Finding.fail(
                name + ": " + kind + " " + reason,
                "is it running, and is " + key + " right (config shows who set it)?");
    }
}
