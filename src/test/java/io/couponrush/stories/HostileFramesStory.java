package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Browser;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.HostileFrames;
import io.couponrush.testkit.Ledger;
import io.couponrush.testkit.OverheardLog;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever is sent on a socket or put on a queue: nothing changes, nobody hears what is not theirs, nothing is logged. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileFramesStory {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String CANARY = "canary-frame-sings";

    private final OverheardLog log = new OverheardLog();
    private final RabbitTopology topology = new RabbitTopology("", false);
    private final List<Browser> attackers = new ArrayList<>();
    private RunningService service;
    private Connection connection;
    private Channel broker;
    private Callers users;
    private Caller attacker;
    private Caller victim;
    private Browser listening;
    private long sale;
    private Map<String, String> before;

    @BeforeAll
    void open() throws Exception {
        log.start();
        var factory = new ConnectionFactory();
        factory.setUri(Backends.shared().rabbitmqUri());
        connection = factory.newConnection("stranger");
        broker = connection.createChannel();
        topology.declare(broker);
        for (String queue : topology.consumed()) broker.queuePurge(queue);
        broker.queuePurge(topology.dead());
        service = RunningService.start(Map.of("COUPONRUSH_NOTIFICATION_FRAMES_BURST", "5000"));
        sale = service.staff().opens(Sale.of(10));
        users = service.callers(2);
        attacker = users.all().get(0);
        victim = users.all().get(1);
        listening = Browser.at(service, true)
                .register("coupon.users." + victim.userId(), victim.token())
                .settled();
        before = new Ledger(service).sums();
    }

    private Browser attacks(boolean framed) {
        Browser browser = Browser.at(service, framed);
        attackers.add(browser);
        return browser;
    }

    @Test
    void nobodyListensToWhatIsNotTheirs() {
        Browser framed = attacks(true);
        Browser raw = attacks(false);
        for (String address : HostileFrames.addresses(attacker.userId(), victim.userId())) {
            for (Browser browser : List.of(framed, raw)) {
                assertThat(browser.register(address, attacker.token()).nextError())
                        .as(address)
                        .isEqualTo("access_denied");
            }
        }
        for (String token : HostileFrames.tokens(attacker.token())) {
            assertThat(raw.register("coupon.users." + victim.userId(), token).nextError())
                    .isEqualTo("access_denied");
        }
        assertThat(raw.register("coupon.users." + victim.userId(), CANARY).nextError())
                .isEqualTo("access_denied");
        framed.settled();
    }

    @Test
    void aFrameThatMakesNoSenseIsAnErrorAndTheSocketGoesOn() {
        Browser browser = attacks(false);
        for (String frame : HostileFrames.frames()) {
            assertThat(browser.text(frame).nextError())
                    .as(frame)
                    .isIn("invalid_json", "missing_type", "invalid_type", "missing_address", "access_denied");
        }
        browser.text("{\"type\":\"" + CANARY + "\",\"address\":\"" + CANARY + "\"}");
        assertThat(browser.nextError()).isNotEmpty().doesNotContain(CANARY);
        browser.settled();
    }

    @Test
    void aNoticeThatMakesNoSenseIsADeadLetter() throws IOException {
        List<String> bodies = new ArrayList<>(HostileFrames.notices());
        bodies.add("{\"type\":\"" + CANARY + "\"}");
        for (int i = 0; i < bodies.size(); i++) {
            var properties = new BasicProperties.Builder()
                    .messageId("hostile-" + i)
                    .contentType("application/json")
                    .deliveryMode(2)
                    .build();
            broker.basicPublish(
                    topology.exchange(),
                    List.of("coupon.issued", "coupon.soldout", "coupon.used").get(i % 3),
                    properties,
                    bodies.get(i).getBytes(StandardCharsets.UTF_8));
        }
        await().atMost(SOON).until(() -> broker.messageCount(topology.dead()) == bodies.size());
        assertThat(service.books().count("select count(*) from notices")).isZero();
    }

    @AfterAll
    void nothingHappenedAndNothingWasTold() throws IOException {
        try {
            assertThat(new Ledger(service).sums()).isEqualTo(before);
            assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(10);
            long coupon = users.allClaim(sale).issued().stream()
                    .filter(answer -> answer.press().caller().equals(victim))
                    .findFirst()
                    .orElseThrow()
                    .couponId();
            assertThat(await().atMost(SOON)
                            .until(listening.received::poll, heard -> heard != null)
                            .getJsonObject("body")
                            .getJsonObject("data")
                            .getLong("couponId"))
                    .as("the owner hears of it")
                    .isEqualTo(coupon);
            assertThat(attackers).hasSize(3).allSatisfy(browser -> assertThat(browser.settled().received)
                    .as("nobody else does")
                    .isEmpty());
        } finally {
            service.close();
            broker.queuePurge(topology.dead());
            connection.close();
            log.stop();
        }
        assertThat(log.lines()).as("something was logged at all").isNotEmpty();
        for (String secret : List.of(CANARY, attacker.token(), victim.token())) {
            assertThat(log.lines()).noneMatch(line -> line.contains(secret));
        }
        assertThat(log.errors()).isEmpty();
    }
}
