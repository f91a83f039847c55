package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.Ledger;
import io.couponrush.testkit.OverheardLog;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A trading simulator rewards a first trade: it puts a message on a queue, and finds the answer on another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstTradeStory {
    /** Messages that {@link #whatMakesNoSenseIsADeadLetter} sends. */
    static final int NONSENSE = 16;

    private static final String CANARY = "canary-trade-sings";

    private static final Duration SOON = Duration.ofSeconds(20);

    private final RabbitTopology topology = new RabbitTopology("", false);
    private final Map<String, List<JsonObject>> answers = new HashMap<>();
    private RunningService service;
    private Staff staff;
    private Connection connection;
    private Channel broker;

    @BeforeAll
    void open() throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(Backends.shared().rabbitmqUri());
        connection = factory.newConnection("trading simulator");
        broker = connection.createChannel();
        topology.declare(broker);
        for (String queue : List.of(topology.grants(), topology.granted(), topology.dead())) broker.queuePurge(queue);
        service = RunningService.start();
        staff = service.staff();
    }

    @AfterAll
    void close() throws IOException {
        service.close();
        connection.close();
    }

    @BeforeEach
    void clear() throws IOException {
        broker.queuePurge(topology.dead());
        answers.clear();
    }

    private void publish(String messageId, String body) throws IOException {
        var properties = new BasicProperties.Builder()
                .messageId(messageId)
                .contentType("application/json")
                .deliveryMode(2)
                .build();
        broker.basicPublish("", topology.grants(), properties, body.getBytes(StandardCharsets.UTF_8));
    }

    private void asks(String messageId, long event, long user) throws IOException {
        var data = new JsonObject().put("eventId", event).put("userId", user);
        publish(
                messageId,
                new JsonObject().put("type", "coupon.grant").put("data", data).encode());
    }

    private static String newId() {
        return "trade-" + UUID.randomUUID();
    }

    /** What the queue of answers had so far, by message id. */
    private Map<String, List<JsonObject>> answers() throws IOException {
        for (GetResponse got = broker.basicGet(topology.granted(), true);
                got != null;
                got = broker.basicGet(topology.granted(), true)) {
            assertThat(got.getProps().getDeliveryMode()).isEqualTo(2);
            answers.computeIfAbsent(got.getProps().getMessageId(), id -> new ArrayList<>())
                    .add(new JsonObject(new String(got.getBody(), StandardCharsets.UTF_8)));
        }
        return answers;
    }

    private JsonObject answerTo(String messageId) {
        return await().pollDelay(Duration.ZERO)
                .atMost(SOON)
                .until(() -> answers().get("granted:" + messageId), found -> found != null)
                .get(0)
                .getJsonObject("data");
    }

    @Test
    void aFirstTradeBringsACoupon() throws IOException {
        long event = staff.opens(Sale.of(5).with("audience", "restricted"));
        long trader = service.callers(1).one().userId();
        String id = newId();
        asks(id, event, trader);
        JsonObject data = answerTo(id);
        var row = service.books().of(event).rows().get(0);
        assertThat(data.getString("result")).isEqualTo("ISSUED");
        assertThat(data.getString("couponCode")).isEqualTo(row.code());
        assertThat(data.getLong("userId")).isEqualTo(trader).isEqualTo(row.userId());
        assertThat(data.getLong("eventId")).isEqualTo(event);
        assertThat(data.getString("requestId")).isEqualTo(id);
        var audit = staff.web()
                .get("/api/admin/audit?action=event.grant&target=event:" + event)
                .with(200);
        assertThat(audit.getJsonArray("items").getJsonObject(0).getString("role"))
                .isEqualTo("SERVICE");
    }

    @Test
    void everyMessageIsOneCouponAndOneAnswerHoweverOftenItComes() throws IOException {
        long event = staff.opens(Sale.of(150).perUser(3));
        var traders = service.callers(200);
        var ids = new ArrayList<String>();
        for (Caller trader : traders.all()) {
            String id = newId();
            ids.add(id);
            for (int i = 0; i < 3; i++) asks(id, event, trader.userId());
        }
        for (String id : ids)
            assertThat(answerTo(id).getString("result")).isIn("ISSUED", "ALREADY_ISSUED", "COUPON_SOLD_OUT");
        await().atMost(SOON).until(() -> broker.messageCount(topology.grants()) == 0);
        await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> {
            Map<String, List<JsonObject>> all = answers();
            return ids.stream().allMatch(id -> all.get("granted:" + id).size() == 1);
        });
        var book = service.books().of(event);
        assertThat(book.mistakes()).isEmpty();
        assertThat(book.rows()).hasSize(150);
        assertThat(book.rows().stream().map(row -> row.userId()).distinct()).hasSize(150);
    }

    @Test
    void saysWhyThereIsNoCoupon() throws IOException {
        var crowd = service.callers(1);
        long trader = crowd.one().userId();
        long event = staff.opens(Sale.of(5));
        crowd.allClaim(event);
        Map<String, String> expected = new HashMap<>();
        expected.put(asksFor(event, trader), "USER_LIMIT_EXCEEDED");
        expected.put(asksFor(event, 999_999_999), "USER_NOT_FOUND");
        expected.put(asksFor(999_999_999, trader), "EVENT_NOT_FOUND");
        for (var one : expected.entrySet())
            assertThat(answerTo(one.getKey()).getString("result")).isEqualTo(one.getValue());
        assertThat(service.books().of(event).rows()).hasSize(1);
    }

    private String asksFor(long event, long user) throws IOException {
        String id = newId();
        asks(id, event, user);
        return id;
    }

    @Test
    void whatMakesNoSenseIsADeadLetter() throws IOException {
        long event = staff.opens(Sale.of(5));
        long user = service.callers(1).one().userId();
        String good = "{\"type\":\"coupon.grant\",\"data\":{\"eventId\":" + event + ",\"userId\":" + user + "}}";
        var log = new OverheardLog();
        Map<String, String> before = new Ledger(service).sums();
        log.start();
        publish(null, good);
        publish("", good);
        publish("x".repeat(201), good);
        List<String> bad = List.of(
                "",
                "{",
                "[]",
                "null",
                good + good,
                good.replace("coupon.grant", "coupon.issued"),
                good.replace("}}", ",\"password\":\"" + CANARY + "\"}}"),
                good.replace("}}", ",\"userId\":1}}"),
                good.replace("\"userId\":" + user, "\"userId\":\"" + user + "\""),
                good.replace("\"userId\":" + user, "\"userId\":" + user + ".5"),
                good.replace("\"userId\":" + user, "\"userId\":-" + user),
                good.replace("\"userId\":" + user, "\"userId\":99999999999999999999"),
                good.replace("}}", ",\"x\":\"" + CANARY + "x".repeat(5_000) + "\"}}"));
        assertThat(3 + bad.size()).isEqualTo(NONSENSE);
        for (String body : bad) publish(newId(), body);
        await().atMost(SOON).until(() -> broker.messageCount(topology.dead()) == NONSENSE);
        log.stop();
        assertThat(new Ledger(service).sums()).isEqualTo(before);
        assertThat(log.lines()).anyMatch(line -> line.contains("now a dead letter"));
        assertThat(log.lines()).noneMatch(line -> line.contains(CANARY));
        assertThat(log.errors()).isEmpty();
        String id = newId();
        publish(id, good);
        assertThat(answerTo(id).getString("result")).isEqualTo("ISSUED");
    }

    /** Two senders chose one id: the second is not told the answer to the first, nor taken for answered. */
    @Test
    void anIdOfAnotherGrantIsADeadLetter() throws IOException {
        long event = staff.opens(Sale.of(5));
        long other = staff.opens(Sale.of(5));
        List<Caller> traders = service.callers(2).all();
        String id = newId();
        asks(id, event, traders.get(0).userId());
        assertThat(answerTo(id).getString("result")).isEqualTo("ISSUED");
        asks(id, event, traders.get(1).userId());
        asks(id, other, traders.get(0).userId());
        asks(id, event, traders.get(0).userId());
        await().atMost(SOON).until(() -> broker.messageCount(topology.dead()) == 2);
        await().atMost(SOON).until(() -> broker.messageCount(topology.grants()) == 0);
        assertThat(answers().get("granted:" + id)).hasSize(1);
        assertThat(service.books().of(event).rows()).hasSize(1);
        assertThat(service.books().of(other).rows()).isEmpty();
    }

    /** Postgres cuts its connections and so nobody knows what became of the statements under way. */
    @Test
    void nothingIsLostOrGivenTwiceWhenPostgresCutsItsConnections() throws IOException {
        long event = staff.opens(Sale.of(1_000).perUser(2));
        Callers traders = service.callers(300);
        var ids = new ArrayList<String>();
        for (Caller trader : traders.all()) {
            ids.add(asksFor(event, trader.userId()));
            if (ids.size() % 100 == 0) {
                answerTo(ids.get(ids.size() - 60)); // so that the others are in the middle of it
                assertThat(service.books().cutsConnections()).isPositive();
            }
        }
        for (String id : ids) assertThat(answerTo(id).getString("result")).isIn("ISSUED", "ALREADY_ISSUED");
        var book = service.books().of(event);
        assertThat(book.mistakes()).isEmpty();
        assertThat(book.rows()).hasSize(300);
    }
}
