package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.errorprone.annotations.MustBeClosed;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.FreePorts;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes behind the nginx of {@code conf/}, watched by the Prometheus of {@code conf/}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsStory {
    private static final Pattern NAME = Pattern.compile("(?m)^(\\w+?)(?:\\{.*})? [-0-9NI].*$");

    private static final String ODD = "a'b\"c\\d&e|f";

    private final Clustering clustering = Clustering.of(2);
    private final Map<String, String> shared =
            RunningService.environment(Backends.shared().redisUri());
    private final int portA = FreePorts.find();
    private final int portB = FreePorts.find();
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
            var callers = nodeA.callers(1);
            try (var page = new Page(nginx, callers.one())) {
                await().until(page::isListening);
                long coupon = callers.at(nginx)
                        .press(List.of(callers.one().claims(sale)))
                        .issued()
                        .get(0)
                        .couponId();
                assertThat(nodeA.callers(40).at(nginx).allClaim(sale).tally())
                        .isEqualTo(Map.of("201", 29L, "COUPON_SOLD_OUT", 11L));
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
    void everyMetricThatRulesDashboardsAndTheAutoscalerNameIsExported() {
        long sale = nodeA.staff().opens(Sale.of(5));
        assertThat(nodeA.callers(5).allClaim(sale).issued()).hasSize(5);
        assertThat(Watching.metrics()).hasSizeGreaterThan(30);
        await().untilAsserted(() -> assertThat(exported())
                .containsAll(Watching.metrics())
                .containsAll(Watching.adapterRules().values()));
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
    void promtoolFindsNothingWrong() {
        String promtool = needed("promtool", "prometheus");
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
    }

    @Test
    void alertmanagerTellsWhoTheEnvironmentNames() throws IOException {
        String amtool = needed("amtool", "prometheus-alertmanager");
        String executable = needed("prometheus-alertmanager", "prometheus-alertmanager");
        Path home = Files.createTempDirectory(directory, "alertmanager");
        Files.createSymbolicLink(home.resolve("alertmanager"), Path.of(executable)); // as it is called in the image
        int port = FreePorts.find();
        var command = List.of(
                "env",
                "PATH=" + home + ":" + System.getenv("PATH"),
                "TMPDIR=" + home,
                "ALERTMANAGER_DATA=" + home.resolve("data"),
                "SMTP_HOST=mail.example:587",
                "SMTP_FROM=coupons@shop.example",
                "SMTP_USER=coupons",
                "SMTP_PASSWORD=" + ODD,
                "ALERT_EMAIL=duty@shop.example",
                "RUNBOOKS_URL=https://code.example/couponrush/",
                "sh",
                Path.of("conf", "alertmanager", "start.sh").toString(),
                "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:" + port);
        try (var alertmanager = new Served(
                Program.start(command, home.resolve("said"), port),
                port,
                home.resolve("said"),
                new Front(port, null))) {
            String taken = Web.anybody(alertmanager.front())
                    .get("/api/v2/status")
                    .with(200)
                    .getJsonObject("config")
                    .getString("original");
            assertThat(taken)
                    .contains("smtp_from: coupons@shop.example", "smtp_auth_username: coupons", "to: duty@shop.example")
                    .contains("https://code.example/couponrush/{{ .Annotations.runbook }}")
                    .doesNotContainPattern("\\b[A-Z]+_[A-Z]+\\b");
        }
        Path written = home.resolve("alertmanager.yml");
        assertThat(Files.readString(written)).contains("'" + ODD.replace("'", "''") + "'");
        assertThat(Program.run(List.of(amtool, "check-config", written.toString())))
                .startsWith("0 ");
        for (String route : List.of("page chat,mail", "ticket mail")) {
            String[] urgency = route.split(" ", -1);
            String config = "--config.file=" + written;
            String wanted = "--verify.receivers=" + urgency[1];
            String label = "severity=" + urgency[0];
            assertThat(Program.run(List.of(amtool, "config", "routes", "test", config, wanted, label)))
                    .as(route)
                    .startsWith("0 ");
        }
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
        int port = FreePorts.find();
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
}
