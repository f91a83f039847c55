package io.couponrush.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.http.OAuth2HttpRequest;
import no.nav.security.mock.oauth2.http.OAuth2HttpResponse;
import no.nav.security.mock.oauth2.http.Route;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import okhttp3.Headers;

/** Another issuer of OpenID Connect, and the browser in which people sign in there. */
public final class OtherIssuer implements AutoCloseable {
    private static final String ID = "acme";
    private static final HttpClient BROWSER = HttpClient.newHttpClient();

    private final AtomicReference<String> forged = new AtomicReference<>();
    private final MockOAuth2Server server = new MockOAuth2Server(new Forger());

    /** Answers for the token endpoint with what it would never say. */
    private final class Forger implements Route {
        @Override
        public boolean match(OAuth2HttpRequest request) {
            return request.getUrl().encodedPath().endsWith("/token") && forged.get() != null;
        }

        @Override
        public OAuth2HttpResponse invoke(OAuth2HttpRequest request) {
            var body = new JsonObject()
                    .put("access_token", "opaque")
                    .put("token_type", "Bearer")
                    .put("id_token", forged.getAndSet(null));
            return new OAuth2HttpResponse(Headers.of("Content-Type", "application/json"), 200, body.encode(), null);
        }
    }

    public OtherIssuer() {
        server.start();
    }

    public String uri() {
        return server.issuerUrl(ID).toString();
    }

    /** What a service has to be told, by its names in the environment. */
    public Map<String, String> settings() {
        return Map.of(
                "COUPONRUSH_OIDC_ISSUER", uri(),
                "COUPONRUSH_OIDC_CLIENT_ID", "couponrush",
                "COUPONRUSH_OIDC_CLIENT_SECRET", "a secret between two",
                "COUPONRUSH_OIDC_REDIRECT_URI", "http://localhost:9/back");
    }

    /** The next token says this. */
    public void says(String subject, Map<String, Object> claims) {
        says(subject, claims, 3600);
    }

    public void says(String subject, Map<String, Object> claims, long secondsToLive) {
        server.enqueueCallback(
                new DefaultOAuth2TokenCallback(ID, subject, "JWT", List.of("couponrush"), claims, secondsToLive));
    }

    /** The next answer is this id token, whoever made it. */
    public void answers(String idToken) {
        forged.set(idToken);
    }

    /** Signs in there; what the browser comes back with: state and code. */
    public static Map<String, String> signsIn(String authorizationUrl) {
        try {
            var reply = BROWSER.send(
                    HttpRequest.newBuilder(URI.create(authorizationUrl)).build(), BodyHandlers.ofString());
            return query(reply.headers().firstValue("Location").orElseThrow(() -> new AssertionError(reply.body())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The parameters of a URL. */
    public static Map<String, String> query(String url) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : URI.create(url).getRawQuery().split("&", -1)) {
            String[] parts = pair.split("=", 2);
            parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    @Override
    public void close() {
        server.shutdown();
    }
}
