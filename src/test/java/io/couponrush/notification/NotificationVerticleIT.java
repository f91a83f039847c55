package io.couponrush.notification;

import static io.couponrush.testkit.Delivery.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.bus.Addresses;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.Notice;
import io.couponrush.bus.Notices;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Role;
import io.couponrush.issuance.OutboxRelay;
import io.couponrush.ops.Meters;
import io.couponrush.testkit.Delivery;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.WebClient;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NotificationVerticleIT {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Duration LATER = Duration.ofSeconds(30);

    private final Delivery delivery = new Delivery();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Meters meters = new Meters(registry);
    private final List<Notice> told = new CopyOnWriteArrayList<>();
    private final NoticeStore store = new NoticeStore(delivery.pool);

    @BeforeEach
    void listen() {
        Codecs.registerAll(delivery.vertx.eventBus());
        delivery.vertx
                .eventBus()
                .<Notices>localConsumer(
                        Addresses.NOTICES, m -> told.addAll(m.body().notices()));
    }

    @AfterEach
    void close() throws Exception {
        delivery.close();
    }

    /** As if it were suspended while it is the one that writes. */
    @Test
    void aNodeThatHangsDoesNotKeepTheOthersFromWriting() {
        SqlConnection hangs = await(delivery.pool.getConnection());
        hangs.exceptionHandler(ended -> {});
        await(hangs.begin().compose(tx -> hangs.query(NoticeStore.ONE_AT_A_TIME).execute()));
        var notice = new Incoming("soldout:1", "coupon.soldout", null, null, 1, "{}");

        long began = System.nanoTime();
        await(store.add(List.of(notice)));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        await(hangs.close().otherwiseEmpty());
    }

    @Test
    void eachCouponIsToldOnceThoughConnectionsAreLost() throws Exception {
        NotificationVerticle verticle = verticle();
        await(delivery.vertx.deployVerticle(
                new OutboxRelay(delivery.settings(), delivery.topology, meters.delivery())));
        long event = delivery.campaign(4_000);
        for (int i = 0; i < 40; i++) {
            delivery.issue(event, 1 + i * 100L, 100);
            if (i % 10 == 5) {
                await().atMost(SOON).until(() -> verticle.trouble().isEmpty());
                delivery.proxy.drop();
            }
        }
        await().atMost(LATER).until(() -> told.size() == 4_001);
        await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> told.size() == 4_001);
        Set<String> users = new HashSet<>();
        told.forEach(notice -> users.add(notice.address()));
        assertThat(users).hasSize(4_001).contains("coupon.users.1", "coupon.users.4000", "coupon.events." + event);
        assertThat(delivery.number("select count(*) from notices")).isEqualTo(4_001);
        await().atMost(SOON).until(() -> left(delivery.topology.issued()) == 0);
        assertThat(left(delivery.topology.dead())).isZero();
        System.out.println("duplicates " + outcome("duplicate") + ", connections " + delivery.proxy.connections());
    }

    @Test
    void aMessageThatComesTwiceIsToldOnce() throws Exception {
        long event = delivery.campaign(10);
        delivery.issue(event, 7, 1);
        String body = issued(event, 7);
        verticle();
        for (int i = 0; i < 3; i++) delivery.publish("coupon.issued", "issued:1", body);
        await().atMost(SOON).until(() -> outcome("duplicate") == 2);
        delivery.vertx.deploymentIDs().forEach(id -> await(delivery.vertx.undeploy(id)));
        verticle(); // another process would remember nothing
        delivery.publish("coupon.issued", "issued:1", body);
        await().atMost(SOON).until(() -> outcome("duplicate") == 3);
        assertThat(told).hasSize(1);
        assertThat(told.get(0).address()).isEqualTo("coupon.users.7");
        assertThat(new JsonObject(told.get(0).body()).getLong("id")).isPositive();
    }

    @Test
    void poisonGoesToTheDeadLettersAndNoGoodMessageWithIt() throws Exception {
        long event = delivery.campaign(10);
        delivery.issue(event, 7, 1);
        delivery.publish("coupon.issued", "a", "{");
        delivery.publish("coupon.issued", "b", "{\"type\":\"coupon.eaten\"}");
        delivery.publish("coupon.issued", "c", issued(event, 8)); // the coupon is 7's
        delivery.publish("coupon.issued", "issued:1", issued(event, 7));
        delivery.publish("coupon.issued", "d", issued(event, 7).replace("\"couponId\":1", "\"couponId\":999"));
        delivery.publish("coupon.issued", "e", issued(event, 7).replace("CR-1", "C".repeat(1 << 20)));
        delivery.publish("coupon.reopened", "reopened:1:2", stock("coupon.reopened", event, 2));
        delivery.publish("coupon.soldout", "", stock("coupon.soldout", event, 1));
        verticle();
        await().atMost(SOON).until(() -> outcome("poison") == 6);
        await().atMost(SOON).until(() -> left(delivery.topology.dead()) == 6);
        await().during(Duration.ofMillis(700)).atMost(SOON).until(() -> outcome("poison") == 6);
        assertThat(told)
                .extracting(Notice::address)
                .containsExactlyInAnyOrder("coupon.users.7", "coupon.events." + event);
        for (String queue : delivery.topology.consumed())
            assertThat(left(queue)).isZero();
    }

    /** What was on its way to somebody when they were forgotten, and what comes later of the coupons that stay. */
    @Test
    void whoWasForgottenIsToldNothingAndNothingIsDead() throws Exception {
        long event = delivery.campaign(10);
        delivery.issue(event, 7, 1);
        delivery.publish("coupon.issued", "issued:1", issued(event, 7));
        delivery.publish("coupon.expiring", "expiring:1:1", issued(event, 7).replace("issued", "expiring"));
        delivery.publish("coupon.starting", "starting:1:7", starting(event, 7));
        delivery.publish("coupon.starting", "starting:1:8", starting(event, 8));
        assertThat(delivery.number("select count(*) from forget_user(7)")).isZero();
        verticle();
        await().atMost(SOON).until(() -> told.size() == 1);
        await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> told.size() == 1);
        assertThat(told.get(0).address()).isEqualTo("coupon.users.8");
        assertThat(delivery.number("select count(*) from notices where user_id = 7"))
                .isZero();
        assertThat(outcome("poison")).isZero();
        assertThat(outcome("duplicate")).isZero();
        assertThat(outcome("forgotten")).isEqualTo(3);
        for (String queue : delivery.topology.consumed()) await().atMost(SOON).until(() -> left(queue) == 0);
        assertThat(left(delivery.topology.dead())).isZero();
    }

    /** A notice that is being written when its user is forgotten goes with the others. */
    @Test
    void forgettingWaitsForWhoeverWritesNotices() {
        SqlConnection writing = await(delivery.pool.getConnection());
        var tx = await(writing.begin());
        await(writing.query("select pg_advisory_xact_lock(7266013)").execute());
        await(writing.query(
                        "insert into notices (message_id, user_id, type, body) values ('m', 7, 'coupon.used', '{}')")
                .execute());
        var forgetting =
                delivery.pool.query("select count(*) from forget_user(7)").execute();
        await().atMost(SOON)
                .until(() ->
                        delivery.number("select count(*) from pg_locks where locktype = 'advisory' and not granted")
                                == 1);
        await(tx.commit());
        await(writing.close());
        await(forgetting);
        assertThat(delivery.number("select count(*) from notices")).isZero();
    }

    @Test
    void takesNoMoreThanThePrefetchAlsoOnANewConnection() throws Exception {
        long event = delivery.campaign(2_000);
        delivery.issue(event, 1, 2_000);
        publishIssued(event);
        await().atMost(SOON).until(() -> left(delivery.topology.issued()) == 2_000);
        SqlConnection other = await(delivery.pool.getConnection());
        await(other.query("select pg_advisory_lock(7266013)").execute()); // nothing can be stored
        NotificationVerticle verticle = verticle();
        await().atMost(SOON).until(() -> verticle.trouble().isEmpty());
        int before = delivery.proxy.connections();
        delivery.proxy.drop();
        await().atMost(SOON).until(() -> delivery.proxy.connections() > before);
        await().atMost(SOON).until(() -> verticle.trouble().isEmpty());
        assertThat(registry.get("couponrush.reconnects")
                        .tag("target", "rabbitmq")
                        .counter()
                        .count())
                .isPositive();
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        assertThat(delivery.drain(delivery.topology.issued())).hasSize(2_000 - NotificationVerticle.PREFETCH);
        await(other.query("select pg_advisory_unlock(7266013)").execute());
        await(other.close());
        await().atMost(LATER).until(() -> told.size() == NotificationVerticle.PREFETCH);
        await().atMost(SOON).until(() -> left(delivery.topology.issued()) == 0);
        assertThat(left(delivery.topology.dead())).isZero();
        assertThat(delivery.number("select count(*) from notices")).isEqualTo(NotificationVerticle.PREFETCH);
    }

    @Test
    void startsWithoutABroker() throws Exception {
        delivery.proxy.cut();
        NotificationVerticle verticle = verticle();
        long event = delivery.campaign(10);
        delivery.issue(event, 7, 1);
        delivery.publish("coupon.issued", "issued:1", issued(event, 7));
        assertThat(verticle.trouble()).isEqualTo("consumers not connected");
        delivery.proxy.pass();
        await().atMost(SOON).until(() -> told.size() == 1);
        await().atMost(SOON).until(() -> verticle.trouble().isEmpty());
    }

    @Test
    void whoReplaysWhileOthersWriteMissesNothing() {
        long event = delivery.campaign(2_000);
        delivery.issue(event, 1, 1);
        List<Future<?>> writing = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        long last = 0;
        for (int round = 0; round < 100; round++) {
            for (int writer = 0; writer < 3; writer++) {
                var batch = new ArrayList<Incoming>();
                for (int i = 0; i < 5; i++) {
                    batch.add(new Incoming("m" + UUID.randomUUID(), "coupon.used", 1L, 1L, event, "{\"type\":\"x\"}"));
                }
                writing.add(store.add(batch));
            }
            for (JsonObject item : await(store.after(1, last, 100))) {
                last = item.getLong("id");
                seen.add(last);
            }
        }
        await(Future.all(writing));
        for (var page = await(store.after(1, last, 1_000));
                !page.isEmpty();
                page = await(store.after(1, last, 1_000))) {
            for (JsonObject item : page) {
                last = item.getLong("id");
                seen.add(last);
            }
        }
        assertThat(seen).hasSize(1_500);
    }

    @Test
    void replaysToItsUserAlone() throws Exception {
        long event = delivery.campaign(10);
        delivery.issue(event, 1, 3);
        verticle();
        publishIssued(event);
        await().atMost(SOON).until(() -> told.size() == 3);
        var authentication = new Authentication(
                token -> new Caller(Long.parseLong(token), "a@example.com", Role.USER, new UUID(0, 1)));
        Router router = Router.router(delivery.vertx);
        new NotificationRoutes(authentication, store).mount(router);
        var server =
                await(delivery.vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        WebClient client = WebClient.create(delivery.vertx);
        JsonObject page = get(client, server.actualPort(), "", "2").getJsonObject("body");
        assertThat(page.getJsonArray("items")).hasSize(1);
        JsonObject item = page.getJsonArray("items").getJsonObject(0);
        assertThat(item.fieldNames()).containsExactly("id", "type", "timestamp", "data");
        assertThat(item.getJsonObject("data").getLong("userId")).isEqualTo(2);
        assertThat(page.getLong("nextAfter")).isEqualTo(item.getLong("id"));
        JsonObject rest = get(client, server.actualPort(), "?after=" + page.getLong("nextAfter"), "2")
                .getJsonObject("body");
        assertThat(rest.getJsonArray("items")).isEmpty();
        assertThat(rest.getLong("nextAfter")).isEqualTo(page.getLong("nextAfter"));
        for (String wrong : List.of("?after=-1", "?after=x", "?limit=0", "?after=1&after=2")) {
            assertThat(get(client, server.actualPort(), wrong, "2").getInteger("status"))
                    .isEqualTo(400);
        }
        assertThat(get(client, server.actualPort(), "", null).getInteger("status"))
                .isEqualTo(401);
    }

    private static JsonObject get(WebClient client, int port, String query, @Nullable String token) {
        var request = client.get(port, "127.0.0.1", "/api/notifications" + query);
        if (token != null) request = request.bearerTokenAuthentication(token);
        var response = await(request.send());
        return new JsonObject().put("status", response.statusCode()).put("body", response.bodyAsJsonObject());
    }

    @CanIgnoreReturnValue
    private NotificationVerticle verticle() {
        var verticle = new NotificationVerticle(delivery.proxiedUri(), delivery.topology, store, meters.delivery());
        await(delivery.vertx.deployVerticle(verticle));
        return verticle;
    }

    private long left(String queue) throws Exception {
        return delivery.broker.messageCount(queue);
    }

    private double outcome(String outcome) {
        return registry.get("couponrush.notices")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private void publishIssued(long event) throws Exception {
        for (Row coupon : await(
                delivery.pool.query("select id, user_id from user_coupons").execute())) {
            long id = coupon.getLong("id");
            delivery.publish("coupon.issued", "issued:" + id, issuedTo(event, coupon.getLong("user_id"), id));
        }
    }

    private static String issued(long event, long user) {
        return issuedTo(event, user, 1);
    }

    private static String issuedTo(long event, long user, long coupon) {
        var data = new JsonObject()
                .put("userId", user)
                .put("couponId", coupon)
                .put("eventId", event)
                .put("couponCode", "CR-1")
                .put("discountValue", 10);
        return body("coupon.issued", data);
    }

    private static String starting(long event, long user) {
        return body(
                "coupon.starting",
                new JsonObject().put("eventId", event).put("userId", user).put("eventTitle", "sale"));
    }

    private static String stock(String type, long event, int generation) {
        return body(type, new JsonObject().put("eventId", event).put("generation", generation));
    }

    private static String body(String type, JsonObject data) {
        return new JsonObject()
                .put("type", type)
                .put("timestamp", "2026-02-11T10:30:00Z")
                .put("data", data)
                .encode();
    }
}
