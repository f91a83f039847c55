package io.couponrush.account;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderConfigurationRequest;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The issuer as it describes itself: its discovery document and its keys, read when somebody needs them, and again after
 * an hour. Keys are also read again for a token of a key that is not among them, at most once a minute. Thread-safe.
 */
final class OidcIssuer {
    private static final long KEPT = Duration.ofHours(1).toNanos();
    private static final long KEYS_AGAIN = Duration.ofMinutes(1).toNanos();

    private final Issuer issuer;
    private final OidcHttp http;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Known> known = new AtomicReference<>();

    /** What it said, and when it was asked. */
    record Known(OIDCProviderMetadata metadata, JWKSet keys, long at) {}

    OidcIssuer(String issuer, OidcHttp http, LongSupplier nanoTime) {
        this.issuer = new Issuer(issuer);
        this.http = http;
        this.nanoTime = nanoTime;
    }

    Future<Known> known() {
        Known now = known.get();
        return now != null && nanoTime.getAsLong() - now.at() < KEPT ? Future.succeededFuture(now) : read();
    }

    /** With the key of that id, if the issuer has one. */
    Future<Known> knownWithKey(@Nullable String keyId) {
        return known().compose(now -> {
            boolean there = keyId == null || now.keys().getKeyByKeyId(keyId) != null;
            return there || nanoTime.getAsLong() - now.at() < KEYS_AGAIN ? Future.succeededFuture(now) : read();
        });
    }

    private Future<Known> read() {
        return http.send(new OIDCProviderConfigurationRequest(issuer).toHTTPRequest())
                .compose(this::metadata)
                .compose(metadata -> http.send(get(metadata.getJWKSetURI()))
                        .compose(OidcIssuer::keys)
                        .map(keys -> new Known(metadata, keys, nanoTime.getAsLong())))
                .onSuccess(known::set);
    }

    private Future<OIDCProviderMetadata> metadata(HTTPResponse response) {
        try {
            response.ensureStatusCode(HTTPResponse.SC_OK);
            OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(response.getBody());
            boolean complete = issuer.equals(metadata.getIssuer())
                    && isSafe(metadata.getAuthorizationEndpointURI())
                    && isSafe(metadata.getTokenEndpointURI())
                    && isSafe(metadata.getJWKSetURI());
            return complete
                    ? Future.succeededFuture(metadata)
                    : Future.failedFuture("oidc.issuer describes another issuer, or lacks an endpoint");
        } catch (ParseException e) {
            return Future.failedFuture(e);
        }
    }

    /** As safe as the issuer's own address. */
    private boolean isSafe(@Nullable URI endpoint) {
        return endpoint != null
                && ("https".equals(endpoint.getScheme())
                        || endpoint.getScheme()
                                .equals(URI.create(issuer.getValue()).getScheme()));
    }

    private static Future<JWKSet> keys(HTTPResponse response) {
        try {
            response.ensureStatusCode(HTTPResponse.SC_OK);
            return Future.succeededFuture(JWKSet.parse(response.getBody()));
        } catch (ParseException | java.text.ParseException e) {
            return Future.failedFuture(e);
        }
    }

    private static HTTPRequest get(URI uri) {
        return new HTTPRequest(HTTPRequest.Method.GET, uri);
    }
}
