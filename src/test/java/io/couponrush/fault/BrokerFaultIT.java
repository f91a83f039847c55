package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Crowd;
import io.couponrush.testkit.LiveHeap;
import io.couponrush.testkit.PrivateRabbit;
import io.couponrush.testkit.ReadBack;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Shopper;
import io.couponrush.testkit.Web;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What may happen to RabbitMQ while coupons are issued. Issuing must not feel it, and in the end each user's page must
 * show exactly that user's coupons.
 */
@Tag("fault")
class BrokerFaultIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PER_SECOND = 200;
    private static final int USERS = 400;
    private static final int PRESSES = 3;
    private static final long GENEROUS_MS = 500;

    @TempDir
    private static Path temporary;

    private PrivateRabbit rabbit;
    private RunningService service;
    private long sale;
    private Callers callers;
    private List<Shopper> shoppers = List.of();

    @BeforeEach
    void start() throws Exception {
        var found = PrivateRabbit.in(java.nio.file.Files.createTempDirectory(temporary, "rabbit"));
        assumeTrue(
                found.isPresent(), "there is no RabbitMQ on this machine (on Debian: apt-get install rabbitmq-server)");
        rabbit = found.get();
    }

    @AfterEach
    void stop() {
        shoppers.forEach(Shopper::leaves);
        if (service != null) service.close();
        if (rabbit != null) rabbit.close();
    }

    @Test
    void downFromTheStartAndKilledUnderLoad() {
        open();
        Answers before = press().answers();
        assertThat(gauge("couponrush_relay_connected")).isZero();
        await().atMost(SOON).until(() -> gauge("couponrush_outbox_unpublished") > 0);
        rabbit.start();
        everybodyWasTold("RabbitMQ down from the start", before);
        Crowd crowd = press();
        crowd.untilIssued(100);
        rabbit.dies();
        Answers during = crowd.answers();
        rabbit.start();
        everybodyWasTold("RabbitMQ killed under load", before.and(during));
        assertThat(counter("reconnects rabbitmq")).isPositive();
    }

    @Test
    void outOfMemory() {
        rabbit.start();
        open();
        Answers before = press().answers();
        everybodyWasTold("RabbitMQ well", before);
        long heap = LiveHeap.ofThisProcess();
        rabbit.runsOutOfMemory();
        Answers during;
        try {
            during = press().answers();
            await().atMost(SOON).until(() -> gauge("couponrush_relay_blocked") == 1);
            assertThat(gauge("couponrush_consumers_connected")).isEqualTo(1);
            assertThat(LiveHeap.ofThisProcess() - heap)
                    .as("I18: heap, with %.0f rows waiting", gauge("couponrush_outbox_unpublished"))
                    .isLessThan(LiveHeap.FLAT);
        } finally {
            rabbit.hasMemory();
        }
        everybodyWasTold("RabbitMQ out of memory", before.and(during));
        assertThat(gauge("couponrush_relay_blocked")).isZero();
    }

    @Test
    void restartedWhileConsuming() {
        rabbit.start();
        open();
        Crowd crowd = press();
        for (int i = 0; i < 2; i++) {
            crowd.untilIssued(100 + 100 * i);
            rabbit.dies();
            rabbit.start();
        }
        everybodyWasTold("RabbitMQ restarted twice", crowd.answers());
        rabbit.does(channel -> assertThat(channel.messageCount("coupon.dead")).isZero());
    }

    @Test
    void aBindingIsDeletedForFiveSecondsUnderLoad() {
        rabbit.start();
        open();
        await().atMost(SOON).until(() -> gauge("couponrush_consumers_connected") == 1);
        Crowd crowd = press();
        long end = System.nanoTime() + 5_000_000_000L;
        while (System.nanoTime() < end) {
            rabbit.does(channel -> channel.queueUnbind("coupon.issued", "coupon.exchange", "coupon.issued"));
            Trial.pause(100);
        }
        everybodyWasTold("binding deleted for 5 s", crowd.answers());
        assertThat(counter("relay_brought_back")).isPositive();
        rabbit.does(
                channel -> assertThat(channel.messageCount("coupon.unrouted")).isZero());
    }

    private void open() {
        service = RunningService.start(Map.of("COUPONRUSH_RABBITMQ_URI", rabbit.uri()));
        sale = service.staff().opens(Sale.of(100_000).perUser(100));
        callers = service.callers(USERS);
        shoppers = Shopper.of(service, callers, sale);
    }

    private Crowd press() {
        return callers.startAt(PER_SECOND, Callers.shuffled(callers.presses(sale, PRESSES)), new ReadBack(service));
    }

    /** Issuing felt nothing (F19), and each page shows each coupon of its user once (I12), nobody else's (I13). */
    private void everybodyWasTold(String when, Answers answers) {
        assertThat(answers.issued()).hasSameSizeAs(answers.all());
        long p95 = answers.all().stream()
                .mapToLong(a -> (a.ended() - a.started()) / 1_000_000)
                .sorted()
                .skip(answers.all().size() * 95L / 100)
                .findFirst()
                .orElseThrow();
        Book book = service.books().of(sale);
        long start = System.nanoTime();
        await().atMost(SOON)
                .until(() -> gauge("couponrush_outbox_unpublished") == 0
                        && shown() == book.rows().size());
        System.out.printf(
                "%s: %d coupons, p95 of a claim %d ms, all told after %d ms%n",
                when, book.rows().size(), p95, (System.nanoTime() - start) / 1_000_000);
        assertThat(p95).isLessThan(GENEROUS_MS);
        for (Shopper shopper : shoppers) {
            assertThat(shopper.coupons())
                    .containsExactlyInAnyOrderElementsOf(book.rows().stream()
                            .filter(row -> row.userId() == shopper.caller().userId())
                            .map(Book.Row::couponId)
                            .toList());
            assertThat(shopper.strangers()).isEmpty();
        }
    }

    private long shown() {
        return shoppers.stream().mapToLong(s -> s.coupons().size()).sum();
    }

    private long counter(String name) {
        return Counters.of(service).get(name);
    }

    private double gauge(String name) {
        return Web.anybody(service)
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
