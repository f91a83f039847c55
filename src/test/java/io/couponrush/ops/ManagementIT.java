package io.couponrush.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.config.ServerTls;
import io.couponrush.config.Settings;
import io.couponrush.http.Contract;
import io.couponrush.http.HttpVerticle;
import io.couponrush.http.Routes;
import io.couponrush.ops.Health.State;
import io.couponrush.testkit.ContractRoutes;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RawHttp.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManagementIT {
    private static final Metrics METRICS = new Metrics();
    private static final Health HEALTH = new Health();
    private static final List<Routes> ROUTES =
            List.of(new ManagementRoutes(METRICS.registry(), HEALTH), new DocsRoutes(new Contract()));
    private static final Meters METERS = new Meters(METRICS.registry());
    private static Vertx vertx;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        vertx = METRICS.instrument(Vertx.builder(), new VertxOptions()).build();
        var settings = new Settings.Http(
                "127.0.0.1",
                0,
                1,
                List.of(),
                List.of(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                100,
                ServerTls.OFF);
        var verticle =
                new HttpVerticle(settings, List.of(), ROUTES, METERS, e -> false, HttpVerticle.alone(settings, METERS));
        HEALTH.needs("postgres", () -> Future.succeededFuture(State.of(true)));
        await(vertx.deployVerticle(verticle));
        port = verticle.port();
    }

    @AfterAll
    static void stop() throws Exception {
        await(vertx.close());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/health/live | application/json | \"status\":\"UP\"",
                "/health/ready | application/json | \"name\":\"postgres\"",
                "/openapi.yaml | application/yaml; charset=utf-8 | openapi: 3.1.0",
                "/docs | text/html; charset=utf-8 | /docs/start.js",
                "/docs/start.js | text/javascript; charset=utf-8 | SwaggerUIBundle",
                "/docs/swagger-ui-bundle.js | text/javascript; charset=utf-8 | SwaggerUIBundle",
                "/docs/swagger-ui.css | text/css; charset=utf-8 | .swagger-ui"
            })
    void servesOperators(String path, String type, String part) throws Exception {
        Reply reply = get(path);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers()).containsEntry("content-type", type);
        assertThat(reply.body()).contains(part);
    }

    @ParameterizedTest
    @CsvSource({"/docs/..%2fopenapi.yaml", "/docs/pom.xml", "/docs/index.html", "/docs/.git", "/actuator", "/health"})
    void servesNothingElse(String path) throws Exception {
        assertThat(get(path).status()).isEqualTo(404);
    }

    @Test
    void letsOnlyItsOwnScriptsIntoTheDocs() throws Exception {
        assertThat(get("/docs").headers().get("content-security-policy")).contains("script-src 'self';");
        assertThat(get("/docs").body()).doesNotContain("http://", "https://");
    }

    @Test
    void showsEachAnswerInTheMetrics() throws Exception {
        assertThat(get("/nothing").status()).isEqualTo(404);
        assertThat(get("/metrics").body())
                .contains("couponrush_http_requests_total{route=\"none\",status=\"4xx\"}")
                .contains("couponrush_http_response_time_seconds_bucket{route=\"/health/ready\",le=\"0.001\"}")
                .contains("couponrush_claims_total{outcome=\"issued\"} 0.0")
                .contains("vertx_pool_")
                .contains("jvm_memory_used_bytes")
                .doesNotContain("vertx_http_server", "vertx_eventbus", "/nothing");
    }

    @Test
    void documentsItsRoutes() {
        Router router = Router.router(vertx);
        ROUTES.forEach(routes -> routes.mount(router));
        var contract = new ContractRoutes(router, List.of());
        assertThat(contract.undocumented("/")).containsExactly("GET /docs/{}");
        assertThat(contract.unrouted()).allMatch(operation -> operation.contains(" /api/"));
    }

    private static Reply get(String path) throws Exception {
        return RawHttp.exchange(port, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private static void await(Future<?> future) throws Exception {
        var unused = future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
