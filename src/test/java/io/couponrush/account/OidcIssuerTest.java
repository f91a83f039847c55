package io.couponrush.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.couponrush.account.OidcIssuer.Known;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OidcIssuerTest {
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanoTime = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private String uri = "";
    private volatile String discovery = "";
    private volatile String keys = "";
    private OidcIssuer issuer = new OidcIssuer("http://127.0.0.1:1", new OidcHttp(vertx), nanoTime::get);

    @BeforeEach
    void start() throws Exception {
        HttpServer server =
                done(() -> vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
        uri = "http://127.0.0.1:" + server.actualPort();
        discovery = metadata().encode();
        keys = keysWith("one");
        issuer = new OidcIssuer(uri, new OidcHttp(vertx), nanoTime::get);
    }

    @AfterEach
    void close() throws Exception {
        done(vertx::close);
    }

    @Test
    void readsWhatTheIssuerSaysOnceAnHour() throws Exception {
        assertThat(done(issuer::known).metadata().getTokenEndpointURI()).hasPath("/token");
        nanoTime.addAndGet(Duration.ofMinutes(59).toNanos());
        assertThat(done(issuer::known).keys().getKeyByKeyId("one")).isNotNull();
        assertThat(asked).hasValue(1);
        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(done(issuer::known).metadata().getIssuer().getValue()).isEqualTo(uri);
        assertThat(asked).hasValue(2);
    }

    @Test
    void looksForANewKeyButNotForEveryTokenThatNamesOne() throws Exception {
        assertThat(key(() -> issuer.knownWithKey("two"), "two")).isFalse();
        keys = keysWith("two");
        nanoTime.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(key(() -> issuer.knownWithKey("two"), "two")).isFalse();
        assertThat(asked).hasValue(1);
        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(key(() -> issuer.knownWithKey("two"), "two")).isTrue();
        assertThat(asked).hasValue(2);
    }

    @Test
    void believesNobodyWhoDescribesSomebodyElse() {
        discovery = metadata().put("issuer", "https://acme.example").encode();
        assertThat(failed(issuer::known)).isTrue();
    }

    @Test
    void sendsNothingWhereOthersCouldRead() {
        var secure = new OidcIssuer(uri.replace("http:", "https:"), new OidcHttp(vertx), nanoTime::get);
        assertThat(failed(secure::known)).isTrue();
        discovery = metadata().put("token_endpoint", "ftp://127.0.0.1/token").encode();
        assertThat(failed(issuer::known)).isTrue();
    }

    @Test
    void followsNoRedirect() {
        discovery = "redirect";
        assertThat(failed(issuer::known)).isTrue();
    }

    @Test
    void readsNoLargeAnswer() {
        discovery = metadata().put("padding", "x".repeat(300_000)).encode();
        assertThat(failed(issuer::known)).isTrue();
    }

    @Test
    void remembersNoFailure() throws Exception {
        discovery = "{}";
        assertThat(failed(issuer::known)).isTrue();
        discovery = metadata().encode();
        assertThat(done(issuer::known).metadata().getIssuer().getValue()).isEqualTo(uri);
    }

    private void answer(HttpServerRequest request) {
        var response = request.response().putHeader("Content-Type", "application/json");
        if (request.path().equals("/elsewhere")) {
            response.end(metadata().encode());
        } else if (request.path().equals("/keys")) {
            response.end(keys);
        } else if (discovery.equals("redirect")) {
            response.setStatusCode(302)
                    .putHeader("Location", uri + "/elsewhere")
                    .end();
        } else if (request.path().equals(DISCOVERY)) {
            asked.incrementAndGet();
            response.end(discovery);
        }
    }

    private JsonObject metadata() {
        return new JsonObject()
                .put("issuer", uri)
                .put("authorization_endpoint", uri + "/authorize")
                .put("token_endpoint", uri + "/token")
                .put("jwks_uri", uri + "/keys")
                .put("response_types_supported", new JsonArray().add("code"))
                .put("subject_types_supported", new JsonArray().add("public"))
                .put("id_token_signing_alg_values_supported", new JsonArray().add("ES256"));
    }

    private static String keysWith(String id) throws JOSEException {
        return new JWKSet(new ECKeyGenerator(Curve.P_256).keyID(id).generate()).toString();
    }

    private boolean key(Supplier<Future<Known>> known, String id) throws Exception {
        return done(known).keys().getKeyByKeyId(id) != null;
    }

    private boolean failed(Supplier<Future<Known>> known) {
        try {
            var unused = done(known);
            return false;
        } catch (Exception e) {
            return true;
        }
    }

    /** On an event loop, as routes do. */
    private <T> T done(Supplier<Future<T>> task) throws Exception {
        return Future.<T>future(done -> vertx.runOnContext(v -> task.get().onComplete(done)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }
}
