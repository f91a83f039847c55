package io.couponrush.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was well, and every kind of fault planted into its books afterwards: each is found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerifyIT {
    private static final int STOCK = 20;
    private static final int CALLERS = 30;
    private static final List<String> TABLES =
            List.of("user_coupons", "coupon_events", "outbox", "notices", "refusals");

    private final Vertx vertx = Vertx.vertx();
    private Path directory;
    private RunningService service;
    private long sale;
    private JsonObject result;
    private Connection connection;
    private Channel broker;

    @BeforeAll
    void sellEverythingAndStop(@TempDir Path temporary) throws Exception {
        directory = temporary;
        var factory = new ConnectionFactory();
        factory.setUri(Backends.shared().rabbitmqUri());
        connection = factory.newConnection("test");
        broker = connection.createChannel();
        // An audit would repair what is planted into Redis.
        service = RunningService.start(Map.of("COUPONRUSH_ISSUANCE_AUDIT_EVERY", "1h"));
        broker.queuePurge("coupon.dead");
        broker.queuePurge("coupon.unrouted");
        sale = service.staff().opens(Sale.of(STOCK));
        Answers answers = service.callers(CALLERS).allClaimWithKeys(sale, 1);
        result = resultOf(answers);
        writeCoupons(answers);
        assertThat(verify(result, "20")).as("while the service runs").startsWith("0 ");
        service.close(); // so that nobody repairs anything
        for (String table : TABLES) sql("create table kept_" + table + " as table " + table);
    }

    @AfterAll
    void close() throws IOException {
        connection.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void nothingPlantedNothingFound() {
        assertThat(verify(result, "0")).startsWith("0 ").contains("agree");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acknowledged and lost | delete from user_coupons where event_id = $ and id = (select max(id) from user_coupons)",
                "I2: 20 coupons, counted 19 | update coupon_events set issued_count = 19 where id = $",
                "I1: 20 coupons of 19 | alter table coupon_events drop constraint no_oversell; update coupon_events set total_count = 19 where id = $",
                "I3: beyond 1 | update user_coupons set seq = 2 where id = (select max(id) from user_coupons)",
                "I10 | delete from outbox where topic = 'coupon.issued' and id = (select max(id) from outbox where topic = 'coupon.issued')",
                "I11 | delete from outbox where topic = 'coupon.soldout'",
                "outbox: 1 rows are not published | update outbox set published_at = null where id = (select max(id) from outbox)",
                "notices: 1 coupons | delete from notices where id = (select max(id) from notices where message_id like 'issued:%')",
                "counted 11 COUPON_SOLD_OUT | update refusals set refused = 11 where reason = 'COUPON_SOLD_OUT'",
                "counted 9 COUPON_SOLD_OUT | update refusals set refused = 9 where reason = 'COUPON_SOLD_OUT'",
                "somebody else's coupon | update user_coupons set user_id = 999999 where id = (select max(id) from user_coupons)",
                "Redis: epoch | update coupon_events set epoch = epoch + 1 where id = $",
            })
    void aFaultInPostgresIsFound(String found, String fault) throws SQLException {
        try {
            sql(fault.replace("$", Long.toString(sale)));
            assertThat(verify(result, "0")).startsWith("1 ").contains(found);
        } finally {
            for (String table : TABLES) {
                sql("delete from " + table + "; insert into " + table + " overriding system value table kept_" + table);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stock, 1, 'Redis: 1 units'",
        "stock, -1, 'Redis: -1 units'",
        "out, 2, 'Redis: sold out in generation 3'"
    })
    void aFaultInRedisIsFound(String field, int by, String found) {
        try {
            redis(Command.HINCRBY, "meta", field, Integer.toString(by));
            assertThat(verify(result, "0")).startsWith("1 ").contains(found);
        } finally {
            redis(Command.HINCRBY, "meta", field, Integer.toString(-by));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1, has 2", "0, -1, has 0", "999999, 1, has 1"})
    void aCountOfAUserThatIsNotThatOfTheRowsIsFound(long user, int by, String found) throws IOException {
        String counted = Long.toString(user == 0 ? winner() : user);
        try {
            redis(Command.HINCRBY, "user", counted, Integer.toString(by));
            assertThat(verify(result, "0")).startsWith("1 ").contains("Redis: user " + counted + " " + found);
        } finally {
            redis(Command.HINCRBY, "user", counted, Integer.toString(-by));
        }
    }

    /** Somebody who was shown a coupon. */
    private long winner() throws IOException {
        return Rehearsal.shown(directory.resolve("coupons.log"))
                .iterator()
                .next()
                .userId();
    }

    @Test
    void aReservationThatNobodySettlesIsFound() {
        try {
            redis(Command.HSET, "open", "planted", "9999999999999" + UUID.randomUUID() + "1");
            assertThat(verify(result, "0")).startsWith("1 ").contains("1 reservations are still open");
        } finally {
            redis(Command.HDEL, "open", "planted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"coupon.issued", "coupon.soldout", "coupon.notices", "coupon.dead", "coupon.unrouted"})
    void aMessageThatNobodyTookIsFound(String queue) throws Exception {
        try {
            broker.confirmSelect();
            broker.basicPublish("", queue, null, "{}".getBytes(StandardCharsets.UTF_8));
            broker.waitForConfirms();
            assertThat(verify(result, "0")).startsWith("1 ").contains("queue " + queue + ": 1 messages wait");
        } finally {
            broker.queuePurge(queue);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "won, 21, 'acknowledged and lost'",
        "won, 19, 'issued to nobody who was told'",
    })
    void aScriptThatCountedOtherwiseIsFound(String what, long count, String found) {
        var other = result.copy();
        other.getJsonArray("sales").getJsonObject(0).getJsonObject("claims").put(what, count);
        assertThat(verify(other, "0")).startsWith("1 ").contains(found);
    }

    @Test
    void aCouponThatWasShownAndIsNotThereIsFound() throws IOException {
        Path shown = directory.resolve("coupons.log");
        String before = Files.readString(shown);
        try {
            Files.writeString(shown, before + "coupon " + sale + " 999999999 7 STORY-ABCDEFGHJKM\n");
            assertThat(verify(result, "0")).startsWith("1 ").contains("acknowledged and lost: Shown");
            Files.writeString(shown, before.substring(before.indexOf('\n') + 1));
            assertThat(verify(result, "0")).startsWith("1 ").contains("shown to nobody");
        } finally {
            Files.writeString(shown, before);
        }
    }

    @Test
    void whereNothingCanBeComparedThatIsSaid() {
        assertThat(verify(new JsonObject(), "0")).startsWith("2 ");
        assertThat(verify(new JsonObject().put("sales", new JsonArray()), "0")).startsWith("2 ");
    }

    private JsonObject resultOf(Answers answers) {
        Map<String, Long> counts = answers.tally().entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().equals("201") ? "issued" : e.getKey(), Map.Entry::getValue));
        var claims = new JsonObject()
                .put("won", answers.issued().size())
                .put("refused", answers.all().size() - answers.issued().size())
                .put("open", answers.open().size());
        var told = new JsonObject()
                .put("name", "main")
                .put("eventId", sale)
                .put("stock", STOCK)
                .put("fresh", true)
                .put("answers", new JsonObject(Map.copyOf(counts)))
                .put("claims", claims);
        return new JsonObject().put("service", "").put("sales", new JsonArray().add(told));
    }

    /** As k6 writes them. */
    private void writeCoupons(Answers answers) throws IOException {
        var lines = new StringBuilder();
        for (Answer answer : answers.issued()) {
            lines.append("time=\"2026-02-11T10:30:00Z\" level=info msg=\"coupon %d %d %d %s\" source=console\n"
                    .formatted(sale, answer.couponId(), answer.press().caller().userId(), answer.couponCode()));
        }
        Files.writeString(directory.resolve("coupons.log"), lines);
    }

    /** The exit code and what was said. */
    private String verify(JsonObject run, String patience) {
        try {
            Path file = Files.writeString(directory.resolve("result.json"), run.encode());
            var said = new ByteArrayOutputStream();
            var env = Map.of(
                    "COUPONRUSH_POSTGRES_URI",
                    service.postgresUri(),
                    "COUPONRUSH_REDIS_URI",
                    service.redisUri(),
                    "COUPONRUSH_RABBITMQ_URI",
                    Backends.shared().rabbitmqUri());
            var args = new ArrayList<>(List.of(file.toString(), "--patience", patience));
            args.addAll(List.of("--answers", directory.resolve("coupons.log").toString()));
            int code = Verify.run(args, env, new PrintStream(said, true, StandardCharsets.UTF_8));
            return code + " " + said.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void redis(Command command, String key, String... arguments) {
        Redis redis = Redis.createClient(vertx, service.redisUri());
        try {
            var request = Request.cmd(command).arg("cp:{" + sale + "}:" + key);
            for (String argument : arguments) request.arg(argument);
            redis.send(request).toCompletionStage().toCompletableFuture().join();
        } finally {
            redis.close();
        }
    }

    private void sql(String sql) throws SQLException {
        var uri = URI.create(service.postgresUri());
        var user = (uri.getUserInfo() + ":").split(":", -1);
        try (var database = DriverManager.getConnection(
                        "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), user[0], user[1]);
                var statement = database.createStatement()) {
            statement.execute(sql);
        }
    }
}
