package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.errorprone.annotations.MustBeClosed;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Nginx;
import io.couponrush.testkit.Page;
import io.couponrush.testkit.Program;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Service;
import io.couponrush.testkit.Watching;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes behind the nginx of {@code conf/}, watched by the Prometheus of {@code conf/}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsStory {
    private static final Pattern NAME = Pattern.compile("(?m)^(\\w+?)(?:\\{.*})? [-0-9NI].*$");

    private final Clustering clustering = Clustering.of(2);
    private final Map<String, String> shared =
            RunningService.environment(Backends.shared().redisUri());
    private final int portA = Program.freePort();
    private final int portB = Program.freePort();
    private Path directory;
    private RunningService nodeA;
    private RunningService nodeB;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        shared.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        shared.put("COUPONRUSH_HTTP_INSTANCES", "1");
        shared.put("COUPONRUSH_HTTP_TRUSTED_PROXIES", "127.0.0.1");
        nodeA = node(0, portA);
        nodeB = node(1, portB);
    }

    @AfterAll
    void stop() {
        nodeA.close();
        nodeB.close();
    }

    private RunningService node(int number, int port) {
        var env = new HashMap<>(shared);
        env.putAll(clustering.env(number));
        env.put("COUPONRUSH_HTTP_PORT", Integer.toString(port));
        return RunningService.with(env);
    }

    @Test
    void claimsAndBrowsersPassThroughNginx() throws IOException {
        try (var nginx = nginx()) {
            long sale = nodeA.staff().opens(Sale.of(30));
            var callers = nodeA.callers(40);
            try (var page = new Page(nginx, callers.one())) {
                await().until(page::isListening);
                assertThat(callers.at(nginx).allClaim(sale).tally())
                        .isEqualTo(Map.of("201", 30L, "COUPON_SOLD_OUT", 10L));
                long coupon = nodeA.books().of(sale).rows().stream()
                        .filter(row -> row.userId() == callers.one().userId())
                        .findFirst()
                        .orElseThrow()
                        .couponId();
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(page.coupons()).containsExactly(coupon));
            }
            assertThat(Web.anybody(nginx).get("/metrics").status()).isEqualTo(404);
            assertThat(Web.anybody(nginx)
                            .post("/api/loadtest/users", new JsonObject().put("count", 1))
                            .status())
                    .isEqualTo(404);
            await().until(() -> Files.readString(nginx.log()).contains("POST /api/coupons/issue"));
            assertThat(Files.readString(nginx.log())).doesNotContain("Bearer");
        }
    }

    @Test
    void whoHammersIsLimitedByTheAddressThatNginxSaw() throws IOException {
        try (var nginx = nginx()) {
            var answers =
                    IntStream.range(0, 90).mapToObj(i -> signIn(nginx, 2, "")).collect(Collectors.toSet());
            assertThat(answers).contains(429).isSubsetOf(Set.of(401, 423, 429));
            assertThat(signIn(nginx, 2, "X-Forwarded-For: 203.0.113.9\r\n"))
                    .as("what the client writes does not count")
                    .isEqualTo(429);
            assertThat(signIn(nginx, 3, "")).as("a neighbour").isNotEqualTo(429);
        }
    }

    @Test
    void whenANodeStopsTheOtherServes() throws IOException {
        long sale = nodeA.staff().opens(Sale.of(1_000).perUser(100));
        var callers = nodeA.callers(20);
        try (var nginx = nginx()) {
            var front = callers.at(nginx);
            assertThat(front.allClaimWithKeys(sale, 5).issued()).hasSize(100);
            nodeB.close();
            var meanwhile = front.allClaimWithKeys(sale, 5);
            assertThat(meanwhile.tally()).isEqualTo(Map.of("201", 100L));
            nodeB = node(1, portB);
            assertThat(front.allClaimWithKeys(sale, 5).tally()).isEqualTo(Map.of("201", 100L));
        }
        assertThat(nodeA.books().of(sale).mistakes()).isEmpty();
    }

    @Test
    void everyMetricThatRulesAndDashboardsNameIsExported() {
        long sale = nodeA.staff().opens(Sale.of(5));
        assertThat(nodeA.callers(5).allClaim(sale).issued()).hasSize(5);
        assertThat(Watching.metrics()).hasSizeGreaterThan(30);
        await().untilAsserted(() -> assertThat(exported()).containsAll(Watching.metrics()));
    }

    private Set<String> exported() {
        return NAME.matcher(Web.anybody(nodeA).get("/metrics").text())
                .results()
                .map(line -> line.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void prometheusAnswersEveryQueryAndNoAlarmRings() throws IOException {
        try (var prometheus = prometheus()) {
            long sale = nodeA.staff().opens(Sale.of(500));
            var callers = nodeA.callers(20);
            nodeA.staff().opens(Sale.of(5));
            try (var page = new Page(nodeA, callers.one())) {
                await().until(page::isListening);
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    callers.allClaim(sale); // again and again, so that there are rates
                    callers.at(nodeB).allClaim(sale);
                    assertThat(empty(prometheus.port()))
                            .as("queries without an answer")
                            .isEmpty();
                });
            }
            var ringing = ask(prometheus.port(), "ALERTS{alertstate=\"firing\"}");
            assertThat(ringing).isEmpty();
            assertThat(number(ask(prometheus.port(), "min(couponrush_cluster_members)")))
                    .isEqualTo(2);
        }
    }

    @Test
    void promtoolAndAmtoolFindNothingWrong() throws IOException {
        String promtool = needed("promtool", "prometheus");
        String amtool = needed("amtool", "prometheus-alertmanager");
        Path prometheus = Watching.PROMETHEUS;
        assertThat(Program.run(List.of(
                        promtool,
                        "check",
                        "config",
                        prometheus.resolve("prometheus.yml").toString())))
                .startsWith("0 ");
        assertThat(Program.run(List.of(
                        promtool,
                        "test",
                        "rules",
                        prometheus.resolve("rules_test.yml").toString())))
                .startsWith("0 ");
        String alertmanager = Files.readString(Path.of("conf", "alertmanager", "alertmanager.yml"))
                .replace("SLACK_WEBHOOK_URL", "https://chat.example/hook")
                .replace("SMTP_HOST", "mail.example:587")
                .replace("ALERT_EMAIL", "duty@shop.example");
        Path filled = Files.writeString(directory.resolve("alertmanager.yml"), alertmanager);
        assertThat(Program.run(List.of(amtool, "check-config", filled.toString())))
                .startsWith("0 ")
                .contains("2 receivers");
    }

    /** What Prometheus has no answer for, of everything that rules and dashboards ask. */
    private static Set<String> empty(int port) {
        var empty = new TreeSet<String>();
        Set<String> queries = new HashSet<>(Watching.dashboardQueries());
        queries.addAll(Watching.selectors());
        queries.forEach(query -> {
            if (ask(port, query).isEmpty()) empty.add(query);
        });
        Watching.ruleQueries().forEach(query -> ask(port, query)); // most alarms have no answer, and no error
        return empty;
    }

    private static JsonArray ask(int port, String query) {
        String path = "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
        JsonObject answer = Web.anybody(new Front(port, null)).get(path).with(200);
        assertThat(answer.getString("status")).as(query).isEqualTo("success");
        return answer.getJsonObject("data").getJsonArray("result");
    }

    private static int number(JsonArray result) {
        return Integer.parseInt(result.getJsonObject(0).getJsonArray("value").getString(1));
    }

    private static String needed(String program, String debianPackage) {
        var found = Program.find(program);
        assumeTrue(
                found.isPresent(),
                "there is no " + program + " on this machine (on Debian: apt-get install " + debianPackage + ")");
        return found.get();
    }

    /** A server in front of the service, or beside it. */
    private record Front(int port, Service behind) implements Service {
        @Override
        public String postgresUri() {
            return behind.postgresUri();
        }

        @Override
        public String redisUri() {
            return behind.redisUri();
        }
    }

    private record Served(Program program, int port, Path log, Front front) implements AutoCloseable {
        @Override
        public void close() {
            program.close();
        }
    }

    @MustBeClosed
    private Nginx nginx() throws IOException {
        return Nginx.before(nodeA, List.of(portA, portB), needed("nginx", "nginx"), directory);
    }

    /** With the rules and names of conf/, looking more often. */
    @MustBeClosed
    private Served prometheus() throws IOException {
        String executable = needed("prometheus", "prometheus");
        int port = Program.freePort();
        Path home = Files.createTempDirectory(directory, "prometheus");
        Files.copy(Watching.PROMETHEUS.resolve("rules.yml"), home.resolve("rules.yml"));
        String conf = Files.readString(Watching.PROMETHEUS.resolve("prometheus.yml"))
                .replace("5s", "1s")
                .replace("node-a:8080", "127.0.0.1:" + portA)
                .replace("node-b:8080", "127.0.0.1:" + portB)
                .replace("'alertmanager:9093'", "");
        Path file = Files.writeString(home.resolve("prometheus.yml"), conf);
        var program = Program.start(
                List.of(
                        executable,
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + home.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port),
                home.resolve("said"),
                port);
        return new Served(program, port, home.resolve("said"), new Front(port, nodeA));
    }

    /** The status of an attempt to sign in from 127.0.0.{@code from}. */
    private static int signIn(Service front, int from, String headers) {
        String body = "{\"email\":\"nobody" + from + "@shop.example\",\"password\":\"not-the-password\"}";
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) from}), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), front.port()), 2_000);
            socket.setSoTimeout(10_000);
            String request = "POST /api/auth/login HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n" + headers
                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring(9, 12));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
