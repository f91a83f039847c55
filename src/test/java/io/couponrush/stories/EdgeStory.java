package io.couponrush.stories;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Browser;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.FreePorts;
import io.couponrush.testkit.Https;
import io.couponrush.testkit.Nginx;
import io.couponrush.testkit.Program;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient.Version;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What strangers meet first: the nginx of {@code conf/}, before two nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeStory {
    private static final int UNDER_WAY_MAX = 1_000; // limit_conn of nginx.conf
    private static final String HEAD = "Host: shop.example\r\nConnection: close\r\n";
    private static final String LOOK = "GET /api/coupons/events HTTP/1.1\r\n" + HEAD;
    private static final String UNFINISHED = "POST /api/auth/login HTTP/1.1\r\n" + HEAD + "Content-Length: 9\r\n";

    private final List<RunningService> nodes = new ArrayList<>();
    private Nginx nginx;

    @BeforeAll
    @SuppressWarnings("MustBeClosedChecker") // stop() closes it
    void start(@TempDir Path directory) throws IOException {
        var executable = Program.find("nginx");
        assumeTrue(executable.isPresent(), "there is no nginx on this machine (on Debian: apt-get install nginx)");
        Map<String, String> shared =
                RunningService.environment(Backends.shared().redisUri());
        shared.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        shared.put("COUPONRUSH_HTTP_INSTANCES", "1");
        shared.put("COUPONRUSH_HTTP_TRUSTED_PROXIES", "127.0.0.1");
        Clustering clustering = Clustering.of(2);
        List<Integer> ports = FreePorts.find(2);
        for (int i = 0; i < ports.size(); i++) {
            var env = new HashMap<>(shared);
            env.putAll(clustering.env(i));
            env.put("COUPONRUSH_HTTP_PORT", ports.get(i).toString());
            nodes.add(RunningService.with(env));
        }
        nginx = Nginx.before(nodes.get(0), ports, executable.orElseThrow(), directory);
    }

    @AfterAll
    void stop() {
        if (nginx != null) nginx.close();
        nodes.forEach(RunningService::close);
    }

    @Test
    void sellsOverHttp2AndTellsBrowsersOverTls() throws Exception {
        long sale = nodes.get(0).staff().opens(Sale.of(1));
        String token = nodes.get(0).callers(1).one().token();
        var client = Https.trusting(nginx.tlsPort(), Version.HTTP_2, nginx.pem());
        Vertx vertx = Vertx.vertx();
        try {
            Browser browser = browser(vertx).register("coupon.events." + sale).settled();
            var claimed =
                    client.post("/api/coupons/issue", "{\"eventId\":" + sale + "}", "Authorization", "Bearer " + token);
            assertThat(claimed.statusCode()).as(claimed.body()).isEqualTo(201);
            assertThat(claimed.version()).as("by ALPN").isEqualTo(Version.HTTP_2);
            assertThat(claimed.headers().map()).containsEntry("strict-transport-security", List.of("max-age=31536000"));
            assertThat(browser.next().getJsonObject("body").getString("type")).startsWith("coupon.");
            browser.socket.close().await(10, SECONDS);
        } finally {
            vertx.close().await(30, SECONDS);
        }
    }

    @Test
    void speaksBothVersionsOfTlsThatAreStillGood() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            try (var socket = encrypted("127.0.0.1")) {
                socket.setEnabledProtocols(new String[] {version});
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            }
        }
    }

    @Test
    void whoComesWithoutTlsIsSentToWhereThereIs() throws IOException {
        String sent = ask("127.0.0.2", LOOK + "\r\n");
        assertThat(status(sent)).isEqualTo(308);
        assertThat(sent).contains("Location: https://shop.example/api/coupons/events\r\n");
        assertThat(ask("127.0.0.2", "GET /docs?a=b HTTP/1.1\r\nHost: shop.example:8080\r\nConnection: close\r\n\r\n"))
                .contains("Location: https://shop.example:8443/docs?a=b\r\n");
        assertThat(status(ask("127.0.0.2", LOOK + "X-Forwarded-Proto: https\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n")))
                .as("says so without being believed")
                .isEqualTo(308);
        assertThat(status(ask("127.0.0.1", LOOK + "\r\n"))).as("this machine").isEqualTo(200);
    }

    @Test
    void aBalancerThatEndedTlsIsBelieved() throws Exception {
        assertThat(ask(Nginx.BALANCER, LOOK + forwarded("203.0.113.7", "https")))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("Strict-Transport-Security: max-age=31536000");
        assertThat(status(ask(Nginx.BALANCER, LOOK + forwarded("203.0.113.7", "http"))))
                .isEqualTo(308);
        assertThat(statuses(() -> ask(Nginx.BALANCER, login(forwarded("203.0.113.8", "https")))))
                .contains(429);
        assertThat(status(ask(Nginx.BALANCER, login(forwarded("203.0.113.9", "https")))))
                .as("another client of the same balancer")
                .isNotEqualTo(429);
    }

    @Test
    void whoHammersIsLimitedByTheAddressThatNginxSaw() throws Exception {
        var invented = new AtomicInteger();
        assertThat(statuses(() -> askEncrypted(
                        "127.0.0.2", login(forwarded("203.0.114." + invented.incrementAndGet(), "https")))))
                .as("what the client writes does not count")
                .contains(429)
                .isSubsetOf(Set.of(401, 423, 429));
        assertThat(status(askEncrypted("127.0.0.3", login("\r\n"))))
                .as("a neighbour")
                .isNotEqualTo(429);
    }

    @Test
    void anAddressWithTooManyRequestsUnderWayIsToldSo() throws IOException {
        String mine = forwarded("203.0.113.20", "https");
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < UNDER_WAY_MAX; i++) slow.add(begun(Nginx.BALANCER, UNFINISHED + mine + "{"));
            await().untilAsserted(() -> assertThat(ask(Nginx.BALANCER, LOOK + mine))
                    .startsWith("HTTP/1.1 429")
                    .contains("Retry-After: 1\r\n", "application/problem+json", "\"code\":\"RATE_LIMITED\""));
            assertThat(status(ask(Nginx.BALANCER, LOOK + forwarded("203.0.113.21", "https"))))
                    .as("another address")
                    .isEqualTo(200);
        } finally {
            for (Socket each : slow) each.close();
        }
        await().untilAsserted(() ->
                assertThat(status(ask(Nginx.BALANCER, LOOK + mine))).isEqualTo(200));
    }

    @Test
    void whoDoesNotSayWhatItWantsIsCutOff() throws IOException {
        for (String said : List.of("GET / HTTP/1.1\r\nHost: a", UNFINISHED + "\r\n{")) {
            long began = System.nanoTime();
            assertThat(ask("127.0.0.1", said)).as("nothing, of %s", said).isEmpty();
            assertThat(NANOSECONDS.toSeconds(System.nanoTime() - began)).isBetween(9L, 20L);
        }
    }

    /** Of ninety, one after the other. */
    private static Set<Integer> statuses(Callable<String> request) throws Exception {
        var found = new HashSet<Integer>();
        for (int i = 0; i < 90; i++) found.add(status(request.call()));
        return found;
    }

    private static String forwarded(String address, String scheme) {
        return "X-Forwarded-For: " + address + "\r\nX-Forwarded-Proto: " + scheme + "\r\n\r\n";
    }

    /** An attempt to sign in. */
    private static String login(String endOfHead) {
        String body = "{\"email\":\"nobody@shop.example\",\"password\":\"not-the-password\"}";
        return "POST /api/auth/login HTTP/1.1\r\n" + HEAD + "Content-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n" + endOfHead + body;
    }

    private String ask(String from, String request) throws IOException {
        try (var socket = begun(from, request)) {
            return answer(socket);
        }
    }

    private String askEncrypted(String from, String request) throws IOException, GeneralSecurityException {
        try (var socket = encrypted(from)) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return answer(socket);
        }
    }

    /** A connection without TLS from an address of loopback, on which that was sent. */
    private Socket begun(String from, String request) throws IOException {
        Socket socket = connected(from, nginx.port());
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        return socket;
    }

    private SSLSocket encrypted(String from) throws IOException, GeneralSecurityException {
        return (SSLSocket) Https.context(nginx.pem())
                .getSocketFactory()
                .createSocket(connected(from, nginx.tlsPort()), "127.0.0.1", nginx.tlsPort(), true);
    }

    private static Socket connected(String from, int port) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** What came until the end; a connection that was torn down has no answer. */
    private static String answer(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (SocketException tornDown) {
            return "";
        }
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    private Browser browser(Vertx vertx) throws Exception {
        var options = new WebSocketClientOptions()
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(nginx.pem().certificate().toString()));
        var connect = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(nginx.tlsPort())
                .setSsl(true)
                .setURI("/eventbus/websocket")
                .addHeader("Origin", "https://127.0.0.1:" + nginx.tlsPort());
        return new Browser(vertx.createWebSocketClient(options).connect(connect).await(10, SECONDS), false);
    }
}
