package io.couponrush.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another issuer that people may sign in with (OpenID Connect).
 *
 * @param issuer as its discovery document names it; none means that nobody signs in elsewhere
 * @param clientId what this service is called there
 * @param clientSecret none for a public client
 * @param redirectUri the page that people come back to
 * @param scopes what is asked for
 */
public record Oidc(
        @Nullable String issuer,
        @Nullable String clientId,
        @Nullable Secret clientSecret,
        @Nullable String redirectUri,
        @Default("openid,email,profile") List<String> scopes) {
    public Oidc {
        scopes = List.copyOf(scopes);
        Rules.of("oidc")
                .that(issuer == null || Shapes.isHttpsOrLoopback(issuer), "issuer", "is no https URL")
                .that(redirectUri == null || Shapes.isHttpsOrLoopback(redirectUri), "redirectUri", "is no https URL")
                .that(issuer == null || clientId != null, "clientId", "is missing beside oidc.issuer")
                .that(issuer == null || redirectUri != null, "redirectUri", "is missing beside oidc.issuer")
                .that(scopes.contains("openid"), "scopes", "lacks openid")
                .that(scopes.contains("email"), "scopes", "lacks email")
                .check();
    }
}
