package io.couponrush.account;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.couponrush.account.IdentityStore.Identity;
import io.couponrush.account.OidcIssuer.Known;
import io.couponrush.config.Oidc;
import io.couponrush.config.Secret;
import io.vertx.core.Future;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authorization code with PKCE, state and nonce, as a client of one issuer. */
final class OidcClient {
    private static final Logger LOG = LoggerFactory.getLogger(OidcClient.class);
    private static final int CLOCK_SKEW_SECONDS = 30;
    /** Signed by the issuer, with a key that only it has. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final OidcIssuer issuer;
    private final OidcHttp http;
    private final ClientID clientId;
    private final @Nullable Secret clientSecret;
    private final URI redirectUri;
    private final Scope scope;

    /**
     * What the issuer says of somebody.
     *
     * @param email null unless the issuer has verified it
     */
    record Person(Identity identity, @Nullable String email, String name) {}

    OidcClient(OidcIssuer issuer, OidcHttp http, Oidc settings) {
        this.issuer = issuer;
        this.http = http;
        this.clientId = new ClientID(Objects.requireNonNull(settings.clientId()));
        this.clientSecret = settings.clientSecret();
        this.redirectUri = URI.create(Objects.requireNonNull(settings.redirectUri()));
        this.scope = new Scope(settings.scopes().toArray(String[]::new));
    }

    /** Where the browser has to go. */
    Future<URI> authorization(OidcFlow flow) {
        return issuer.known().map(known -> new AuthenticationRequest.Builder(
                        new ResponseType(ResponseType.Value.CODE), scope, clientId, redirectUri)
                .endpointURI(known.metadata().getAuthorizationEndpointURI())
                .state(new State(flow.state()))
                .nonce(new Nonce(flow.nonce()))
                .codeChallenge(new CodeVerifier(flow.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI());
    }

    /**
     * Who came back with that code. Empty when the issuer does not take the code, or what it says does not hold; a failure
     * when it says nothing.
     */
    Future<Optional<Person>> redeem(OidcFlow flow, String code) {
        return issuer.known()
                .compose(known -> http.send(request(known, flow, code)))
                .compose(response -> {
                    Optional<SignedJWT> token = idToken(response);
                    return token.isEmpty()
                            ? Future.succeededFuture(Optional.empty())
                            : issuer.knownWithKey(token.get().getHeader().getKeyID())
                                    .map(known -> validate(known, token.get(), flow));
                });
    }

    private com.nimbusds.oauth2.sdk.http.HTTPRequest request(Known known, OidcFlow flow, String code) {
        var grant =
                new AuthorizationCodeGrant(new AuthorizationCode(code), redirectUri, new CodeVerifier(flow.verifier()));
        URI endpoint = known.metadata().getTokenEndpointURI();
        var request = clientSecret == null
                ? new TokenRequest.Builder(endpoint, clientId, grant)
                : new TokenRequest.Builder(
                        endpoint,
                        new ClientSecretBasic(clientId, new com.nimbusds.oauth2.sdk.auth.Secret(clientSecret.reveal())),
                        grant);
        return request.build().toHTTPRequest();
    }

    private static Optional<SignedJWT> idToken(HTTPResponse response) {
        if (response.getStatusCode() >= 500) {
            throw new IllegalStateException("the issuer answered " + response.getStatusCode());
        }
        try {
            TokenResponse parsed = OIDCTokenResponseParser.parse(response);
            JWT token = parsed instanceof OIDCTokenResponse tokens
                    ? tokens.getOIDCTokens().getIDToken()
                    : null;
            return token instanceof SignedJWT signed ? Optional.of(signed) : refused("no signed id token");
        } catch (ParseException e) {
            return refused("an answer that is none");
        }
    }

    private Optional<Person> validate(Known known, SignedJWT token, OidcFlow flow) {
        var keys = new JWSVerificationKeySelector<SecurityContext>(ALGORITHMS, new ImmutableJWKSet<>(known.keys()));
        var validator = new IDTokenValidator(known.metadata().getIssuer(), clientId, keys, null);
        validator.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        try {
            return Optional.of(person(validator.validate(token, new Nonce(flow.nonce()))));
        } catch (BadJOSEException | JOSEException | IllegalArgumentException e) { // the last for claims that are blank
            return refused(e.getClass().getSimpleName());
        }
    }

    private static Person person(IDTokenClaimsSet claims) {
        String email = claims.getStringClaim("email");
        boolean verified = Boolean.TRUE.equals(claims.getBooleanClaim("email_verified"));
        String name = claims.getStringClaim("name");
        return new Person(
                new Identity(claims.getIssuer().getValue(), claims.getSubject().getValue()),
                verified && email != null ? Email.normalised(email) : null,
                name == null ? "" : name);
    }

    /** Says what was wrong to the operator, and not what it was about. */
    private static <T> Optional<T> refused(String why) {
        LOG.atInfo()
                .addKeyValue("action", "oidcLogin")
                .addKeyValue("success", false)
                .addKeyValue("why", why)
                .log("account");
        return Optional.empty();
    }
}
