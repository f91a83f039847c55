package io.couponrush.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couponrush.config.ServerTls;
import io.couponrush.testkit.Https;
import io.couponrush.testkit.Pem;
import io.couponrush.testkit.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIT {
    private static final RequestMeter UNMETERED = RequestMeter.NONE;

    // types of frames
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int CONTINUATION = 9;

    private static Path directory;

    private static Pem first;
    private static Pem second;
    private static ToyServer server;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        first = Pem.make(directory.resolve("first"));
        second = Pem.make(directory.resolve("second"));
        server = server(first, 1);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static ToyServer server(Pem pem, int instances) throws Exception {
        var tls = new ServerTls(pem.certificate(), pem.key(), Duration.ofMillis(100));
        return new ToyServer(UNMETERED, instances, List.of(), tls);
    }

    @ParameterizedTest
    @CsvSource({"HTTP_2", "HTTP_1_1"})
    void speaksWhatTheClientLikes(Version version) throws Exception {
        var client = Https.trusting(server.port(), version, first);
        for (HttpResponse<String> reply :
                List.of(client.get("/api/toys"), client.post("/api/toys/express", "abc"), client.get("/nothing"))) {
            assertThat(reply.version()).isEqualTo(version);
            assertThat(reply.headers().map())
                    .containsEntry("strict-transport-security", List.of("max-age=31536000"))
                    .containsEntry("x-content-type-options", List.of("nosniff"))
                    .containsEntry("x-frame-options", List.of("DENY"))
                    .containsEntry("referrer-policy", List.of("no-referrer"))
                    .containsKey("content-security-policy");
        }
        assertThat(client.post("/api/toys/express", "abc").body()).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/toys", "/api/toys/express"})
    void readsBodiesThatHttp2DoesNotAnnounce(String path) throws Exception {
        var client = Https.trusting(server.port(), Version.HTTP_2, first);
        var body = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream("{\"eventId\":1}".getBytes(UTF_8)));
        HttpResponse<String> reply = client.send("POST", path, body);
        assertThat(reply.statusCode()).as(reply.body()).isIn(200, 201);
        var tooLong = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[20_000]));
        assertThat(client.send("POST", path, tooLong).statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/toys", "/api/toys/express"})
    void cutsASlowBodyAndNobodyElseOnThatConnection(String path) throws Exception {
        withHttp2Client((client, connection) -> {
            var slow = client.request(HttpMethod.POST, path).await(5, SECONDS);
            slow.putHeader("content-type", "application/json").setChunked(true);
            slow.write("{").await(5, SECONDS);
            assertThat(slow.response().await(5, SECONDS).statusCode()).isEqualTo(408);
            var next = client.request(HttpMethod.GET, "/api/toys").await(5, SECONDS);
            assertThat(next.connection()).isSameAs(connection).isSameAs(slow.connection());
            assertThat(next.send().await(5, SECONDS).statusCode()).isEqualTo(200);
        });
    }

    @Test
    void hangsUpOnWhoTakesBackEveryRequest() throws Exception {
        withHttp2Client((client, connection) -> {
            var gone = new AtomicInteger();
            connection.closeHandler(closed -> gone.incrementAndGet());
            for (int i = 0; i < 1_000 && gone.get() == 0; i++) {
                client.request(HttpMethod.GET, "/api/toys").onSuccess(request -> request.end()
                        .onSuccess(sent -> request.reset(8).onFailure(closed -> {})));
            }
            await().until(() -> gone.get() == 1);
        });
        var others = Https.trusting(server.port(), Version.HTTP_2, first);
        assertThat(others.get("/api/toys").statusCode()).isEqualTo(200);
    }

    /** Frames of one head that never ends; each costs the reader more than the sender. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 1_000})
    void hangsUpOnAHeadWithoutEnd(int size) throws Exception {
        try (SSLSocket socket = http2()) {
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
            out.write(frame(SETTINGS, 0, new byte[0]));
            out.write(frame(HEADERS, 1, new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84}));
            var hungUp = CompletableFuture.supplyAsync(() -> isHungUp(socket));
            byte[] more = frame(CONTINUATION, 1, size == 0 ? new byte[0] : literal(size));
            for (int i = 0; i < 100_000 && !hungUp.isDone(); i++) {
                try {
                    out.write(more);
                } catch (IOException closed) {
                    break;
                }
            }
            assertThat(hungUp.get(10, SECONDS)).isTrue();
        }
        var others = Https.trusting(server.port(), Version.HTTP_2, first);
        assertThat(others.get("/api/toys").statusCode()).isEqualTo(200);
    }

    @Test
    void hangsUpOnWhoAsksForNothing() throws Exception {
        try (SSLSocket socket = http2()) {
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
            socket.getOutputStream().write(frame(SETTINGS, 0, new byte[0]));
            assertThat(CompletableFuture.supplyAsync(() -> isHungUp(socket)).get(10, SECONDS))
                    .as("speaks HTTP/2, and then nothing")
                    .isTrue();
        }
        try (var http = new RawHttp(server.port())) {
            http.send(new byte[] {0x16, 3, 1, 1, 0}); // a handshake that goes on and on
            assertThat(http.dripUntilClosed(100, 10_000)).isLessThan(8_000);
        }
    }

    @Test
    void whoHasAskedOverHttp2MayBeSilent() throws Exception {
        withHttp2Client((client, connection) -> {
            Thread.sleep(2 * ToyServer.HEAD_TIMEOUT.toMillis());
            var next = client.request(HttpMethod.GET, "/api/toys").await(5, SECONDS);
            assertThat(next.connection()).isSameAs(connection);
            assertThat(next.send().await(5, SECONDS).statusCode()).isEqualTo(200);
        });
    }

    private static SSLSocket http2() throws Exception {
        var socket = (SSLSocket) Https.context(first).getSocketFactory().createSocket("127.0.0.1", server.port());
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
        return socket;
    }

    private static byte[] frame(int type, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) 0)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A header of that many bytes in HPACK, not to be indexed, with a name of one letter. */
    private static byte[] literal(int size) {
        var header = ByteBuffer.allocate(size).put((byte) 0).put((byte) 1).put((byte) 'a');
        int value = size - 4;
        if (value < 127) {
            header.put((byte) value);
        } else {
            value--; // the length takes two bytes more
            value--;
            header.put((byte) 127).put((byte) ((value - 127) % 128 + 128)).put((byte) ((value - 127) / 128));
        }
        while (header.hasRemaining()) header.put((byte) 'x');
        return header.array();
    }

    private static boolean isHungUp(SSLSocket socket) {
        try {
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                // whatever it says before
            }
            return true;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void readsNoLongerLinesOverHttp2() throws Exception {
        var client = Https.trusting(server.port(), Version.HTTP_2, first);
        assertThat(client.get("/" + "x".repeat(5_000)).statusCode()).isEqualTo(414);
        assertThat(client.get("/api/toys").statusCode()).isEqualTo(200);
    }

    @Test
    void anotherCertificateIsShownToWhoConnectsAndClosesNoConnection() throws Exception {
        Pem files = copy(first, "swapped");
        ToyServer swapped = server(files, 2);
        try {
            var stays = Https.trusting(swapped.port(), Version.HTTP_2, first);
            var certificate = certificate(stays.get("/api/toys"));
            var unused = copy(second, "swapped");
            await().until(() -> isTrusted(swapped, second));
            for (int i = 0; i < 20; i++) {
                assertThat(certificate(stays.get("/api/toys"))).isEqualTo(certificate);
                assertThat(isTrusted(swapped, second)).as("on every event loop").isTrue();
                assertThat(isTrusted(swapped, first)).isFalse();
            }
            var later = Https.trusting(swapped.port(), Version.HTTP_2, second);
            assertThat(later.get("/api/toys").version()).isEqualTo(Version.HTTP_2);
            assertThatThrownBy(() -> handshake(swapped, second, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"))
                    .as("as choosy as before")
                    .isInstanceOf(SSLHandshakeException.class);
        } finally {
            swapped.close();
        }
    }

    @Test
    void filesThatDoNotFitTogetherChangeNothing() throws Exception {
        Pem files = copy(first, "torn");
        ToyServer torn = server(files, 1);
        try {
            Files.copy(second.certificate(), files.certificate(), REPLACE_EXISTING);
            var looks = System.nanoTime() + Duration.ofMillis(600).toNanos();
            while (System.nanoTime() < looks) assertThat(isTrusted(torn, first)).isTrue();
            Files.writeString(files.certificate(), "-----BEGIN CERTIFICATE-----\nhalf of i");
            looks = System.nanoTime() + Duration.ofMillis(600).toNanos();
            while (System.nanoTime() < looks) assertThat(isTrusted(torn, first)).isTrue();
            var unused = copy(second, "torn");
            await().until(() -> isTrusted(torn, second));
        } finally {
            torn.close();
        }
    }

    @Test
    void doesNotStartWithoutACertificateAndItsKey() throws Exception {
        Path nothing = directory.resolve("nothing.pem");
        Path much = Files.write(directory.resolve("much.pem"), new byte[300_000]);
        Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");
        assertRefused(new Pem(first.certificate(), second.key()));
        assertRefused(new Pem(nothing, first.key()));
        assertRefused(new Pem(first.certificate(), nothing));
        assertRefused(new Pem(much, first.key()));
        assertRefused(new Pem(junk, first.key()));
        assertRefused(new Pem(first.certificate(), junk));
    }

    private static void assertRefused(Pem pem) {
        assertThatThrownBy(() -> server(pem, 1).close()).as(pem.toString()).isNotNull();
    }

    @Test
    void ciphersThatKeepTheirKeysAreRefused() throws Exception {
        handshake(server, first, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assertThatThrownBy(() -> handshake(server, first, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void inPlainTextNobodyIsAnswered() throws Exception {
        var reply = RawHttp.exchange(server.port(), "GET /api/toys HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(reply.status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, https, true",
        "127.0.0.1, HTTPS, true",
        "127.0.0.1, http, false",
        "127.0.0.1, 'http, https', false",
        "127.0.0.1, '', false",
        "10.0.0.0/8, https, false"
    })
    void believesATrustedProxyThatItEncrypts(String trusted, String said, boolean believed) throws Exception {
        var behind = new ToyServer(UNMETERED, 1, List.of(trusted), ServerTls.OFF);
        try {
            for (String line : List.of("GET /api/toys", "POST /api/toys/express")) {
                var reply = RawHttp.exchange(
                        behind.port(),
                        line + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-Forwarded-Proto: " + said + "\r\n\r\n");
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.headers().containsKey("strict-transport-security"))
                        .isEqualTo(believed);
            }
        } finally {
            behind.close();
        }
    }

    /** What is done with a client that keeps to one connection. */
    private interface OnOneConnection {
        void run(HttpClient client, HttpConnection connection) throws Exception;
    }

    private static void withHttp2Client(OnOneConnection what) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setDefaultHost("127.0.0.1")
                    .setDefaultPort(server.port())
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setUseAlpn(true)
                    .setSsl(true)
                    .setTrustOptions(new PemTrustOptions()
                            .addCertPath(first.certificate().toString())));
            var opening = client.request(HttpMethod.GET, "/api/toys").await(5, SECONDS);
            assertThat(opening.send().await(5, SECONDS).version()).isEqualTo(HttpVersion.HTTP_2);
            what.run(client, opening.connection());
        } finally {
            vertx.close().await(10, SECONDS);
        }
    }

    /** Of a new connection. */
    private static boolean isTrusted(ToyServer toys, Pem pem) throws Exception {
        try {
            var client = Https.trusting(toys.port(), Version.HTTP_1_1, pem);
            return client.get("/api/toys").statusCode() == 200;
        } catch (SSLException e) {
            return false;
        }
    }

    private static void handshake(ToyServer toys, Pem trusted, String cipher) throws Exception {
        try (var socket =
                (SSLSocket) Https.context(trusted).getSocketFactory().createSocket("127.0.0.1", toys.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {cipher});
            socket.startHandshake();
            assertThat(socket.getSession().getCipherSuite()).isEqualTo(cipher);
        }
    }

    private static Object certificate(HttpResponse<?> reply) throws Exception {
        return reply.sslSession().orElseThrow().getPeerCertificates()[0];
    }

    private static Pem copy(Pem from, String name) throws IOException {
        Path to = Files.createDirectories(directory.resolve(name));

        return new Pem(
                Files.copy(from.certificate(), to.resolve("certificate.pem"), REPLACE_EXISTING),
                Files.copy(from.key(), to.resolve("key.pem"), REPLACE_EXISTING));
    }
}
