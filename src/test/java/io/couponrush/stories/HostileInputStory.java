package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couponrush.stories.HostileInputs.Attack;
import io.couponrush.testkit.Ledger;
import io.couponrush.testkit.OverheardLog;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is sent: a documented answer, nothing changes, nothing leaks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputStory {
    private static final String SECRET = "h8Vq3nXw6RzLk1TyPc5MbGd9JsFa2Ue7";
    private static final List<String> INSIDES = List.of(
            "io.couponrush",
            "java.",
            "Exception",
            "\tat ",
            "select ",
            "insert ",
            "coupon_events",
            "user_coupons",
            "cp:{");

    private final OverheardLog log = new OverheardLog();
    private RunningService service;
    private long sale;
    private String user;
    private String admin;
    private ServerSocket elsewhere;
    private Map<String, String> before;

    @BeforeAll
    void open() throws IOException {
        log.start();
        elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        elsewhere.setSoTimeout(1);
        service = RunningService.start(Map.of(
                "COUPONRUSH_JWT_SECRET", SECRET,
                "COUPONRUSH_LIMITS_ISSUE_BURST", "10000",
                "COUPONRUSH_LIMITS_LOGIN_BURST", "10000",
                "COUPONRUSH_HTTP_BODY_TIMEOUT", "1s"));
        sale = service.staff().opens(Sale.of(10));
        user = service.callers(1).one().token();
        admin = Web.anybody(service)
                .post(
                        "/api/auth/login",
                        new JsonObject()
                                .put("email", RunningService.ADMIN_EMAIL)
                                .put("password", RunningService.ADMIN_PASSWORD))
                .with(200)
                .getString("accessToken");
        before = new Ledger(service).sums();
    }

    Stream<Attack> attacks() {
        return new HostileInputs(sale, user, admin, SECRET, "http://127.0.0.1:" + elsewhere.getLocalPort())
                .all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void isAnsweredAsDocumented(Attack attack) throws Exception {
        RawHttp.Reply reply;
        try (var http = new RawHttp(service.port())) {
            reply = http.send(attack.request().getBytes()).reply();
        }
        assertThat(reply.status()).as(reply.body()).isEqualTo(attack.status());
        assertThat(reply.headers().get("x-request-id")).matches("[A-Za-z0-9._-]{1,64}");
        assertThat(reply.body()).doesNotContain(INSIDES).doesNotContain(HostileInputs.CANARY);
        if (attack.code() == null) return;
        assertThat(reply.code()).isEqualTo(attack.code());
        assertThat(reply.headers().get("content-type")).startsWith("application/problem+json");
        assertThat(reply.json().getInteger("status")).isEqualTo(attack.status());
        assertThat(reply.json().getString("requestId"))
                .isEqualTo(reply.headers().get("x-request-id"));
        if (attack.status() == 401 && attack.code().equals("UNAUTHENTICATED")) {
            assertThat(reply.headers().get("www-authenticate")).startsWith("Bearer");
        }
        if (attack.status() == 405) assertThat(reply.headers()).containsKey("allow");
    }

    @Test
    void aSpoofedAddressIsLimitedLikeAnyOther() {
        try (var limited = RunningService.start()) {
            var anybody = Web.anybody(limited);
            int denied = 0;
            for (int i = 0; i < 100; i++) {
                var body = new JsonObject()
                        .put("email", "u" + i + "@spoof.example")
                        .put("password", "x");
                String ip = "203.0.113." + i;
                var reply = anybody.post(
                        "/api/auth/login", body, "X-Forwarded-For", ip, "Forwarded", "for=" + ip, "X-Real-IP", ip);
                if (reply.status() == 429) denied++;
            }
            assertThat(denied).isGreaterThan(50);
        }
    }

    @Test
    void whoSendsAByteAtATimeIsCutOff() throws Exception {
        String head = "POST /api/coupons/issue HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                + "Content-Type: application/json\r\nAuthorization: Bearer " + user + "\r\n\r\n";
        try (var http = new RawHttp(service.port())) {
            assertThat(http.send(head).dripUntilClosed(100, 10_000)).isLessThan(5_000);
        }
    }

    @AfterAll
    void nothingHappenedAndNothingWasTold() throws IOException {
        try {
            assertThatThrownBy(elsewhere::accept).as("nobody was asked").isInstanceOf(SocketTimeoutException.class);
            var book = service.books().of(sale);
            assertThat(book.rows()).isEmpty();
            assertThat(book.mistakes()).isEmpty();
            assertThat(book.total()).isEqualTo(10);
            assertThat(new Ledger(service).sums()).isEqualTo(before);
            assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(10);
            assertThat(service.callers(1).allClaim(sale).issued())
                    .as("it still works")
                    .hasSize(1);
        } finally {
            service.close();
            elsewhere.close();
            log.stop();
        }
        assertThat(log.lines()).as("something was logged at all").isNotEmpty();
        for (String secret : List.of(
                user,
                admin,
                user.substring(user.lastIndexOf('.') + 1),
                SECRET,
                HostileInputs.CANARY,
                "canary@evil.example",
                RunningService.ADMIN_PASSWORD,
                "forged log line")) {
            assertThat(log.lines()).noneMatch(line -> line.contains(secret));
        }
        assertThat(log.errors()).isEmpty();
    }
}
