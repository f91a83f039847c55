package io.couponrush.issuance;

import static io.couponrush.testkit.Delivery.await;
import static io.couponrush.testkit.Delivery.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.rabbitmq.client.GetResponse;
import io.couponrush.bus.Addresses;
import io.couponrush.ops.Meters;
import io.couponrush.testkit.Delivery;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LATER = Duration.ofSeconds(30);

    private final Delivery delivery = new Delivery();
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() throws Exception {
        delivery.close();
    }

    @Test
    void publishesEachCouponOnceWithWhatItsOwnerIsTold() throws Exception {
        long event = delivery.campaign(300);
        delivery.issue(event, 1, 256);
        delivery.issue(event, 257, 43);
        delivery.issue(event, 300, 1);
        relay(delivery.vertx, registry);
        awaitPublished(SOON);
        List<GetResponse> messages = delivery.drain(delivery.topology.issued());
        assertThat(messages).hasSize(300);
        assertThat(ids(messages)).doesNotHaveDuplicates().containsAll(expectedIds(event));
        GetResponse first = messages.get(0);
        assertThat(first.getProps().getContentType()).isEqualTo("application/json");
        assertThat(first.getProps().getDeliveryMode()).isEqualTo(2);
        JsonObject data = json(first).getJsonObject("data");
        assertThat(data.fieldNames()).containsExactly("userId", "couponId", "eventId", "couponCode", "discountValue");
        assertThat(data.getString("couponCode")).isEqualTo("CR-" + event + "-" + data.getLong("userId"));
        assertThat(data.getDouble("discountValue")).isEqualTo(10.5);
        assertThat(first.getProps().getMessageId()).isEqualTo("issued:" + data.getLong("couponId"));
        assertThat(first.getProps().getTimestamp().toInstant().toEpochMilli() / 1_000)
                .isEqualTo(Instant.parse(json(first).getString("timestamp")).getEpochSecond());
        List<GetResponse> soldOut = delivery.drain(delivery.topology.soldOut());
        assertThat(ids(soldOut)).containsExactly("soldout:" + event + ":1");
        assertThat(json(soldOut.get(0)).getJsonObject("data"))
                .isEqualTo(new JsonObject()
                        .put("eventId", event)
                        .put("eventTitle", "신규")
                        .put("generation", 1));
        assertThat(count("couponrush.relay.published")).isEqualTo(301);
    }

    @Test
    void tellsEachOwnerOfARowThatListsCoupons() throws Exception {
        long event = delivery.campaign(10);
        delivery.issue(event, 1, 3);
        await(delivery.pool
                .query("insert into outbox (dedup, topic, event_id, payload) select 'expiring:' || min(id),"
                        + " 'coupon.expiring', event_id, jsonb_build_object('couponIds', jsonb_agg(id) || '[0]')"
                        + " from user_coupons group by event_id")
                .execute());
        relay(delivery.vertx, registry);
        awaitPublished(SOON);
        List<GetResponse> messages = delivery.drain(delivery.topology.notices());
        assertThat(ids(messages))
                .containsExactlyElementsOf(expectedIds(event).stream()
                        .map(id -> id.replace("issued:", "expiring:"))
                        .toList());
        JsonObject data = json(messages.get(0)).getJsonObject("data");
        assertThat(data.fieldNames())
                .containsExactly("userId", "couponId", "eventId", "couponCode", "discountValue", "expiresAt");
        assertThat(json(messages.get(0)).getString("type")).isEqualTo("coupon.expiring");
    }

    /** As a joint commit leaves it. */
    @Test
    void tellsOfTheCampaignOfEachCouponOfARow() throws Exception {
        long first = delivery.campaign(10);
        long second = delivery.campaign(10);
        delivery.issue(first, 1, 1);
        delivery.issue(second, 2, 1);
        await(delivery.pool
                .query("delete from outbox; insert into outbox (dedup, topic, payload) select 'issued:' || min(id),"
                        + " 'coupon.issued', jsonb_build_object('couponIds', jsonb_agg(id)) from user_coupons")
                .execute());
        relay(delivery.vertx, registry);
        awaitPublished(SOON);
        List<GetResponse> messages = delivery.drain(delivery.topology.issued());
        assertThat(messages.stream()
                        .map(m -> json(m).getJsonObject("data"))
                        .map(d -> d.getLong("userId") + " " + d.getLong("eventId")))
                .containsExactlyInAnyOrder("1 " + first, "2 " + second);
    }

    @Test
    void isFastOnceItIsWoken() throws Exception {
        relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> gauge("couponrush.relay.connected") == 1);
        long event = delivery.campaign(30_000);
        for (int i = 0; i < 100; i++) delivery.issue(event, 1 + i * 256L, 256);
        long start = System.nanoTime();
        delivery.vertx.eventBus().publish(Addresses.OUTBOX_WRITTEN, null);
        awaitPublished(LATER);
        System.out.println("25600 published, last ones in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertThat(delivery.broker.messageCount(delivery.topology.issued())).isEqualTo(25_600);
    }

    @Test
    void tellsARowASecondInARush() throws Exception {
        relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> gauge("couponrush.relay.connected") == 1);
        var bus = delivery.vertx.eventBus();
        int rush = delivery.settings().rabbitmq().rushPerSecond();
        bus.publish(Addresses.OUTBOX_WRITTEN, rush);
        long goesOn = delivery.vertx.setPeriodic(50, t -> bus.publish(Addresses.OUTBOX_WRITTEN, rush));
        long start = System.nanoTime();
        long event = delivery.campaign(100);
        for (int user = 1; user <= 60; user++) delivery.issue(event, user, 1);
        await().atMost(SOON).until(() -> delivery.unpublished() < 59);
        long told = 60 - delivery.unpublished();
        assertThat(told)
                .isLessThanOrEqualTo(
                        1 + Duration.ofNanos(System.nanoTime() - start).toSeconds());
        assertThat(delivery.vertx.cancelTimer(goesOn)).isTrue();
        awaitPublished(SOON);
        assertThat(delivery.drain(delivery.topology.issued())).hasSize(60);
    }

    @Test
    void publishesAgainWhatALostConnectionLeftOpen() throws Exception {
        long event = delivery.campaign(20_000);
        OutboxRelay relay = relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> relay.trouble().isEmpty());
        delivery.proxy.cut();
        for (int i = 0; i < 60; i++) delivery.issue(event, 1 + i * 200L, 200);
        delivery.proxy.pass();
        for (int lost = 0; lost < 5; lost++) {
            await().atMost(SOON).until(() -> relay.trouble().isEmpty());
            await().pollDelay(Duration.ofMillis(30L + 30L * lost)).until(() -> true);
            int before = delivery.proxy.connections();
            delivery.proxy.drop(); // the relay may be back before anybody sees it without a connection
            await().atMost(SOON).until(() -> delivery.proxy.connections() > before);
        }
        awaitPublished(LATER);
        List<String> ids = ids(delivery.drain(delivery.topology.issued()));
        System.out.println(ids.size() + " messages for 12000 coupons, " + delivery.proxy.connections()
                + " connections, unconfirmed " + count("couponrush.relay.unconfirmed"));
        assertThat(ids).containsAll(expectedIds(event));
        assertThat(delivery.proxy.connections()).isGreaterThan(2);
        assertThat(reconnects()).isGreaterThan(2);
        await().atMost(SOON).until(() -> relay.trouble().isEmpty());
    }

    @Test
    void twoNodesShareTheRows() throws Exception {
        long event = delivery.campaign(20_000);
        for (int i = 0; i < 400; i++) delivery.issue(event, 1 + i * 20L, 20);
        var other = new SimpleMeterRegistry();
        Vertx otherVertx = Vertx.vertx();
        relay(delivery.vertx, registry);
        relay(otherVertx, other);
        awaitPublished(LATER);
        await(otherVertx.close());
        assertThat(ids(delivery.drain(delivery.topology.issued())))
                .doesNotHaveDuplicates()
                .hasSize(8_000);
        double theirs = other.get("couponrush.relay.published").counter().count();
        System.out.println("shared " + count("couponrush.relay.published") + " and " + theirs);
        assertThat(theirs).isPositive();
        assertThat(count("couponrush.relay.published")).isPositive();
    }

    @Test
    void whatABindingLostIsBroughtBackAndStrangersAreParked() throws Exception {
        var topology = delivery.topology;
        relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> gauge("couponrush.relay.connected") == 1);
        delivery.broker.queueUnbind(topology.issued(), topology.exchange(), "coupon.issued");
        delivery.publish("coupon.stranger", "stranger:1", "{}");
        long event = delivery.campaign(2_000);
        for (int i = 0; i < 6; i++) delivery.issue(event, 1 + i * 200, 200);
        awaitPublished(SOON);
        delivery.publish("coupon.stranger", "stranger:2", "{}");
        assertThat(delivery.broker.messageCount(topology.issued())).isZero();
        await().atMost(SOON).until(() -> count("couponrush.relay.brought.back") == 1_200);
        List<GetResponse> messages = delivery.drain(topology.issued());
        assertThat(ids(messages)).doesNotHaveDuplicates().containsAll(expectedIds(event));
        assertThat(json(messages.get(0)).getJsonObject("data").getLong("eventId"))
                .isEqualTo(event);
        assertThat(messages.get(0).getProps().getDeliveryMode()).isEqualTo(2);
        delivery.issue(event, 1_500, 3); // bound again
        awaitPublished(SOON);
        assertThat(delivery.drain(topology.issued())).hasSize(3);
        await().atMost(SOON)
                .until(() -> registry.get("couponrush.broker.parked")
                                .tag("queue", "unrouted")
                                .gauge()
                                .value()
                        == 2);
        assertThat(ids(delivery.drain(topology.unrouted()))).containsExactly("stranger:1", "stranger:2");
    }

    /** More of them than are brought back in a round. */
    @Test
    void strangersDoNotKeepOursFromComingBack() throws Exception {
        var topology = delivery.topology;
        delivery.broker.queueUnbind(topology.issued(), topology.exchange(), "coupon.issued");
        for (int i = 0; i < 600; i++) delivery.publish("coupon.stranger", "stranger:" + i, "{}");
        for (int i = 1; i <= 3; i++) delivery.publish("coupon.issued", "issued:" + i, "{}");
        await().atMost(SOON).until(() -> delivery.broker.messageCount(topology.unrouted()) == 603);

        relay(delivery.vertx, registry);

        await().atMost(LATER).until(() -> count("couponrush.relay.brought.back") == 3);
        assertThat(ids(delivery.drain(topology.issued()))).containsExactly("issued:1", "issued:2", "issued:3");
        await().atMost(LATER).until(() -> delivery.broker.messageCount(topology.unrouted()) == 600);
    }

    @Test
    void anExchangeThatIsGoneIsDeclaredAndNothingIsLost() throws Exception {
        relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> gauge("couponrush.relay.connected") == 1);
        delivery.broker.exchangeDelete(delivery.topology.exchange());
        long event = delivery.campaign(1_000);
        delivery.issue(event, 1, 200);
        awaitPublished(SOON);
        assertThat(ids(delivery.drain(delivery.topology.issued()))).containsAll(expectedIds(event));
        assertThat(reconnects()).isPositive();
    }

    @Test
    void whatComesBackStaysUntilTheQueuesAreThereAgain() throws Exception {
        var topology = delivery.topology;
        relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> gauge("couponrush.relay.connected") == 1);
        delivery.broker.queueUnbind(topology.issued(), topology.exchange(), "coupon.issued");
        delivery.broker.queueUnbind(topology.unrouted(), topology.unrouted(), "");
        long event = delivery.campaign(10);
        delivery.issue(event, 1, 3);
        awaitPublished(SOON);
        assertThat(count("couponrush.relay.returned")).isPositive();
        assertThat(ids(delivery.drain(topology.issued()))).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void aBrokerThatStopsReadingKeepsNoThread() throws Exception {
        OutboxRelay relay = relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> relay.trouble().isEmpty());
        long event = delivery.campaign(30_000);
        delivery.proxy.stall();
        for (int i = 0; i < 64; i++) delivery.issue(event, 1 + i * 256L, 256);
        await().atMost(LATER).until(() -> !relay.trouble().isEmpty());
        delivery.proxy.drop();
        delivery.proxy.pass();
        awaitPublished(LATER);
        assertThat(ids(delivery.drain(delivery.topology.issued()))).containsAll(expectedIds(event));
    }

    @Test
    void takesNoRowsWhileTheBrokerIsBlocked() throws Exception {
        OutboxRelay relay = relay(delivery.vertx, registry);
        await().atMost(SOON).until(() -> relay.trouble().isEmpty());
        await().pollDelay(Duration.ofMillis(500)).until(() -> true); // the line is silent now
        byte[] reason = "low on disk".getBytes(StandardCharsets.US_ASCII);
        // connection.blocked and connection.unblocked
        delivery.proxy.whisper(frame(
                "000a003c" + "%02x".formatted(reason.length) + HexFormat.of().formatHex(reason)));
        await().atMost(SOON).until(() -> relay.trouble().equals("relay blocked by the broker"));
        assertThat(gauge("couponrush.relay.blocked")).isEqualTo(1);
        long event = delivery.campaign(10);
        delivery.issue(event, 1, 3);
        await().during(Duration.ofMillis(1_500)).atMost(SOON).until(() -> delivery.unpublished() == 1);
        delivery.proxy.whisper(frame("000a003d"));
        awaitPublished(SOON);
        assertThat(relay.trouble()).isEmpty();
    }

    @Test
    void startsWithoutABrokerAndCatchesUp() throws Exception {
        delivery.proxy.cut();
        OutboxRelay relay = relay(delivery.vertx, registry);
        long event = delivery.campaign(1_000);
        delivery.issue(event, 1, 200);
        await().atMost(SOON).until(() -> gauge("couponrush.outbox.unpublished") == 1);
        assertThat(relay.trouble()).isEqualTo("relay not connected");
        delivery.proxy.pass();
        awaitPublished(SOON);
        assertThat(delivery.drain(delivery.topology.issued())).hasSize(200);
    }

    @Test
    void prunesWhatWasPublishedADayAgo() {
        long event = delivery.campaign(10);
        for (int user = 1; user <= 4; user++) delivery.issue(event, user, 1);
        await(delivery.pool
                .query("update outbox set published_at = now() - case when id % 2 = 0 then interval '25 hours'"
                        + " else interval '23 hours' end where id < (select max(id) from outbox)")
                .execute());
        assertThat(await(new OutboxStore(delivery.pool, false).prune(100))).isEqualTo(1);
        assertThat(delivery.number("select count(*) from outbox")).isEqualTo(3);
    }

    /** A method frame of channel 0. */
    private static byte[] frame(String payload) {
        byte[] bytes = HexFormat.of().parseHex(payload);
        return HexFormat.of()
                .parseHex("010000" + "%08x".formatted(bytes.length)
                        + HexFormat.of().formatHex(bytes) + "ce");
    }

    @CanIgnoreReturnValue
    private OutboxRelay relay(Vertx vertx, MeterRegistry meters) {
        var relay = new OutboxRelay(delivery.settings(), delivery.topology, new Meters(meters).delivery());
        await(vertx.deployVerticle(relay));
        return relay;
    }

    private void awaitPublished(Duration time) {
        await().atMost(time).until(() -> delivery.unpublished() == 0);
    }

    private double count(String name) {
        return registry.get(name).counter().count();
    }

    private double reconnects() {
        return registry.get("couponrush.reconnects")
                .tag("target", "rabbitmq")
                .counter()
                .count();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private static List<String> ids(List<GetResponse> messages) {
        return messages.stream().map(m -> m.getProps().getMessageId()).toList();
    }

    private List<String> expectedIds(long event) {
        var ids = new ArrayList<String>();
        await(delivery.pool
                        .query("select id from user_coupons where event_id = " + event)
                        .execute())
                .forEach(row -> ids.add("issued:" + row.getLong(0)));
        return ids;
    }
}
