package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.backing.Finding;
import io.couponrush.backing.Probes;
import io.couponrush.config.Secret;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.OverheardLog;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.Program;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The roles and users of conf/ are enough for everything the service does, and for nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeastPrivilegeStory {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String PASSWORD = "the-password-of-this-test";
    private static final String NO_PRIVILEGE = "42501";

    private final OverheardLog log = new OverheardLog();
    private String superuser;
    private String app;
    private String redisUri;
    private PrivateRedis redis;
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        assumeThat(PrivateRedis.isPossible()).as("a redis-server").isTrue();
        log.start();
        superuser = Backends.shared().freshDatabase();
        try (var connection = connect(superuser);
                var statement = connection.createStatement()) {
            String roles = Files.readString(Path.of("conf", "postgres", "roles.sql"));
            statement.execute(roles);
            statement.execute(roles);
            for (String role : List.of("couponrush_migrator", "couponrush_app"))
                statement.execute("alter role " + role + " password '" + PASSWORD + "'");
        }
        app = as("couponrush_app");
        String users = Files.readString(Path.of("conf", "redis", "users.acl"));
        Path acl = Files.writeString(directory.resolve("users.acl"), users.replace("CHANGE_ME", PASSWORD));
        redis = PrivateRedis.start(directory, false, List.of("--aclfile", acl.toString()))
                .orElseThrow();
        redisUri = redis.uri().replace("redis://", "redis://couponrush:" + PASSWORD + "@");
        Map<String, String> env = RunningService.environment(as("couponrush_migrator"), redisUri);
        env.put("COUPONRUSH_POSTGRES_URI", app);
        env.put("COUPONRUSH_HTTP_PORT", "0");
        env.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        env.put("COUPONRUSH_REDEMPTION_SWEEP_EVERY", "1s");
        service = RunningService.with(env);
        staff = service.staff();
    }

    @AfterAll
    void close() {
        if (service == null) return;
        service.close();
        redis.close();
        log.stop();
        assertThat(log.errors()).isEmpty();
        assertThat(log.lines())
                .noneMatch(line -> line.contains("permission denied") || line.contains("NOPERM"))
                .noneMatch(line -> line.contains(PASSWORD));
    }

    private String as(String role) {
        var uri = URI.create(superuser);
        return "postgresql://" + role + ":" + PASSWORD + "@" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
    }

    private static Connection connect(String text) throws SQLException {
        var uri = URI.create(text);
        String[] user = (uri.getUserInfo() + ":").split(":", -1);
        String place = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        return DriverManager.getConnection(place, user[0], user[1]);
    }

    @Test
    void theServiceDoesWhatItDoes() {
        long sale = staff.opens(Sale.of(20).perUser(2));
        var callers = service.callers(30);
        var answers = callers.allClaimWithKeys(sale, 1);
        Sold.exactly(service, sale, 20, answers);
        staff.setsTotal(sale, 25);
        staff.pauses(sale);
        staff.resumes(sale);

        Member mina = Member.signsUp(service, "mina");
        String code = mina.claims(sale).with(201).getString("couponCode");
        var order = new JsonObject().put("orderId", "A-1").put("purchaseAmount", 30_000);
        mina.web().post("/api/coupons/" + code + "/use", order).with(200);
        mina.web()
                .post("/api/coupons/" + code + "/cancel-use", new JsonObject().put("orderId", "A-1"))
                .with(200);
        staff.web().post("/api/admin/coupons/" + code + "/revoke", null).with(200);
        mina.web().post("/api/coupons/events/" + sale + "/interest", null).with(200);
        await().atMost(SOON).until(() -> !mina.web()
                .get("/api/notifications")
                .with(200)
                .getJsonArray("items")
                .isEmpty());
        mina.refreshes().with(200);

        staff.web()
                .post(
                        "/api/admin/events/" + sale + "/grants",
                        new JsonObject()
                                .put(
                                        "userIds",
                                        new JsonArray().add(callers.one().userId())),
                        "Idempotency-Key",
                        "grant-1")
                .with(200);
        long draw = staff.opens(Sale.of(2).with("mode", "draw"));
        for (var caller : callers.first(5).all())
            Web.anybody(service)
                    .as(caller.token())
                    .post("/api/coupons/events/" + draw + "/entries", null)
                    .with(201);
        staff.ends(draw);
        await().atMost(SOON).until(() -> Web.anybody(service)
                .get("/api/coupons/events/" + draw + "/draw")
                .with(200)
                .getString("status")
                .equals("done"));
        long invited = staff.opens(Sale.of(2).with("audience", "restricted"));
        assertThat(staff.web()
                        .upload(
                                "/api/admin/events/" + invited + "/audience",
                                "text/csv",
                                callers.one().userId() + "\n")
                        .status())
                .isEqualTo(200);

        assertThat(staff.statsOf(sale).getInteger("issued")).isPositive();
        assertThat(staff.web().get("/api/admin/events/" + sale + "/coupons.csv").status())
                .isEqualTo(200);
        assertThat(staff.web().get("/api/admin/audit").with(200).getJsonArray("items"))
                .isNotEmpty();
        assertThat(mina.web().get("/api/users/me/export").status()).isEqualTo(200);
        assertThat(mina.web()
                        .delete("/api/users/me", new JsonObject().put("password", mina.password()))
                        .status())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table mine (i integer)",
                "create function mine() returns integer language sql as 'select 1'",
                "create schema mine",
                "create role mine",
                "alter role couponrush_app superuser",
                "drop table user_coupons",
                "truncate user_coupons",
                "alter table user_coupons drop constraint user_coupons_pkey",
                "alter table audit_log disable trigger all",
                "update audit_log set outcome = 'DONE'",
                "delete from audit_log",
                "select * from flyway_schema_history",
                "alter system set fsync = off",
                "copy (select 1) to program 'true'",
                "select pg_read_file('/etc/passwd')",
                "set role couponrush_migrator"
            })
    void itsRoleInPostgresMayNot(String statement) throws SQLException {
        try (var connection = connect(app);
                var attempt = connection.createStatement()) {
            assertThatThrownBy(() -> attempt.execute(statement))
                    .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState())
                            .as(refused.getMessage())
                            .isEqualTo(NO_PRIVILEGE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FLUSHALL",
                "FLUSHDB",
                "CONFIG GET maxmemory-policy",
                "CONFIG SET maxmemory 1",
                "KEYS *",
                "SCAN 0",
                "DEBUG SLEEP 0",
                "SHUTDOWN",
                "SAVE",
                "MONITOR",
                "ACL LIST",
                "CLIENT LIST",
                "REPLICAOF NO ONE",
                "MODULE LIST",
                "SCRIPT FLUSH",
                "HGET other key",
                "SET cp:{1}:meta x",
                "EVAL return(redis.call('HSET',KEYS[1],'a','b')) 1 other",
                "EVAL return(redis.call('FLUSHALL')) 0"
            })
    void itsUserInRedisMayNot(String command) throws Exception {
        assertThatThrownBy(() -> ask(redisUri, command))
                .hasMessageMatching("(?s).*(NOPERM|permissions|can't run this command).*");
        assertThat(ask(redisUri, "HGET cp:{1}:meta epoch")).isEqualTo("null");
    }

    /** As the service {@code roles} of Compose does. */
    @Test
    void psqlMakesTheRolesAndTakesTheirPasswordsFromTheEnvironment() throws SQLException {
        String psql = Program.find("psql").orElse("");
        assumeThat(psql).as("a psql").isNotEmpty();
        try {
            assertThat(runs(psql, "it's \"odd\" \\ & $HOME")).startsWith("0 ");
            if (asksForPasswords()) {
                assertThatThrownBy(() -> connect(app).close()).hasMessageContaining("password authentication failed");
            }
        } finally {
            assertThat(runs(psql, PASSWORD)).startsWith("0 ");
        }
        connect(app).close();
        connect(as("couponrush_migrator")).close();
    }

    /** A server of a distribution may trust whoever comes from its own machine. */
    private boolean asksForPasswords() throws SQLException {
        try (var connection = connect(superuser);
                var rules = connection
                        .createStatement()
                        .executeQuery("select count(*) from pg_hba_file_rules where auth_method = 'trust'")) {
            rules.next();
            return rules.getInt(1) == 0;
        }
    }

    private String runs(String psql, String password) {
        Path conf = Path.of("conf", "postgres");
        return Program.run(List.of(
                "env",
                "MIGRATOR_PASSWORD=" + password,
                "APP_PASSWORD=" + password,
                psql,
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-f",
                conf.resolve("roles.sql").toString(),
                "-f",
                conf.resolve("passwords.sql").toString(),
                superuser));
    }

    @Test
    void nobodyElseGetsIntoRedis() {
        assertThatThrownBy(() -> ask(redis.uri(), "PING")).hasMessageContaining("NOAUTH");
    }

    private static String ask(String uri, String command) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            String[] words = command.split(" ", -1);
            var request = Request.cmd(Command.create(words[0]));
            for (int i = 1; i < words.length; i++) request.arg(words[i]);
            return "" + Redis.createClient(vertx, uri).send(request).await(10, TimeUnit.SECONDS);
        } finally {
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void doctorWarnsOfMoreThanThat() {
        var clock = InstantSource.system();
        assertThat(warnings(Probes.postgres(new Secret(app), clock))).isEmpty();
        assertThat(warnings(Probes.postgres(new Secret(superuser), clock))).hasSize(1);
        assertThat(warnings(Probes.redis(new Secret(redisUri)))).isEmpty();
        assertThat(warnings(Probes.redis(new Secret(Backends.shared().redisUri()))))
                .hasSize(1);
    }

    private static List<Finding> warnings(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.level() != Finding.Level.OK)
                .toList();
    }
}
