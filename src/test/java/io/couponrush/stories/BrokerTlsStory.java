package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Shopper;
import io.couponrush.testkit.TlsFront;
import io.couponrush.testkit.Web;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code amqps}: relay and consumers talk to the broker that its certificate names, and to no other. */
class BrokerTlsStory {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TRUST = "javax.net.ssl.trustStore";

    @TempDir
    private Path directory;

    private TlsFront front;

    @BeforeEach
    void listen() {
        front = new TlsFront(directory, Backends.shared().rabbitmqUri(), 5672);
    }

    @AfterEach
    void close() throws Exception {
        System.clearProperty(TRUST);
        System.clearProperty(TRUST + "Password");
        front.close();
    }

    @Test
    void toldOverTlsWhenTheCertificateIsTrusted() {
        trust();
        try (var service = service("127.0.0.1")) {
            await().atMost(SOON).until(() -> connected(service) == 2);
            long sale = service.staff().opens(Sale.of(5));
            var callers = service.callers(5);
            List<Shopper> shoppers = Shopper.of(service, callers, sale);
            callers.allClaim(sale);
            await().atMost(SOON)
                    .until(() -> shoppers.stream().allMatch(s -> s.coupons().size() == 1));
            shoppers.forEach(Shopper::leaves);
        }
        assertThat(front.trusted()).as("relay, notices and grants").isEqualTo(3);
    }

    @Test
    void nothingIsSaidToABrokerWithAnotherName() {
        trust();
        staysAway("localhost");
    }

    @Test
    void nothingIsSaidToABrokerThatNobodyTrusts() {
        staysAway("127.0.0.1");
    }

    private void trust() {
        System.setProperty(TRUST, front.store().toString());
        System.setProperty(TRUST + "Password", TlsFront.PASSWORD);
    }

    private void staysAway(String host) {
        try (var service = service(host)) {
            await().atMost(SOON).until(() -> front.asked() >= 4); // relay and consumers, both again
            assertThat(connected(service)).isZero();
        }
        assertThat(front.trusted()).isZero();
    }

    private RunningService service(String host) {
        String uri = Backends.shared()
                .rabbitmqUri()
                .replaceFirst("amqp://([^@/]*@)?[^/]+", "amqps://$1" + host + ":" + front.port());
        return RunningService.start(Map.of("COUPONRUSH_RABBITMQ_URI", uri));
    }

    private static long connected(RunningService service) {
        return Web.anybody(service)
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.equals("couponrush_relay_connected 1.0")
                        || line.equals("couponrush_consumers_connected 1.0"))
                .count();
    }
}
