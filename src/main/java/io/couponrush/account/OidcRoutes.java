package io.couponrush.account;

import io.couponrush.account.OidcLogins.Return;
import io.couponrush.audit.AuditTrail;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Signing in elsewhere; where there is no other issuer, there is nothing here. */
final class OidcRoutes implements Routes {
    private final @Nullable OidcLogins logins;
    private final Owner owner;
    private final Authentication authentication;
    private final Contract contract;
    private final Handler<RoutingContext> limit;
    private final AuditTrail trail;

    /**
     * Makes the routes of one event loop.
     *
     * @param logins null where there is no other issuer
     * @param limit of attempts to sign in
     */
    OidcRoutes(
            @Nullable OidcLogins logins,
            Owner owner,
            Authentication authentication,
            Contract contract,
            Handler<RoutingContext> limit,
            AuditTrail trail) {
        this.logins = logins;
        this.owner = owner;
        this.authentication = authentication;
        this.contract = contract;
        this.limit = limit;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/auth/oidc/start")
                .handler(limit)
                .handler(authentication.optional())
                .handler(elsewhere(OidcRoutes::start));
        router.post("/api/auth/oidc/login")
                .handler(limit)
                .handler(contract.body("OidcLoginRequest"))
                .handler(elsewhere(this::login));
        router.post("/api/users/me/identities")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(limit)
                .handler(contract.body("LinkRequest"))
                .handler(elsewhere(this::link));
    }

    private Handler<RoutingContext> elsewhere(BiConsumer<RoutingContext, OidcLogins> handler) {
        return ctx -> {
            if (logins == null) {
                Replies.deny(ctx, Problem.of(ProblemCode.NOT_FOUND));
            } else {
                handler.accept(ctx, logins);
            }
        };
    }

    private static void start(RoutingContext ctx, OidcLogins logins) {
        Caller caller = Authentication.callerOrNull(ctx);
        var started = logins.start(caller == null ? null : caller.userId());
        Replies.json(ctx, 200, started, begun -> new JsonObject()
                .put("authorizationUrl", begun.authorizationUrl().toString())
                .put("flow", begun.flow()));
    }

    private void login(RoutingContext ctx, OidcLogins logins) {
        JsonObject body = Contract.body(ctx);
        var tokens = logins.login(returned(body), body.getString("otp"), trail.deed(ctx, "auth.oidc"));
        Replies.json(ctx, 200, tokens, Tokens::json);
    }

    private void link(RoutingContext ctx, OidcLogins logins) {
        JsonObject body = Contract.body(ctx);
        var deed = trail.deed(ctx, "identity.link");
        var linked = owner.of(Authentication.caller(ctx), body.getString("password"), body.getString("otp"))
                .compose(answer -> Answer.then(answer, user -> logins.link(user, returned(body), deed)));
        Replies.json(ctx, 201, linked, identity -> new JsonObject()
                .put("issuer", identity.issuer())
                .put("subject", identity.subject()));
    }

    private static Return returned(JsonObject body) {
        return new Return(body.getString("flow"), body.getString("state"), body.getString("code"));
    }
}
