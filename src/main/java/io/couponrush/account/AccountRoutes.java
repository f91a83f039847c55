package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** {@code /api/auth} and {@code /api/users/me}. */
final class AccountRoutes implements Routes {
    private static final String NO_STORE = "no-store";

    private final Accounts accounts;
    private final Authentication authentication;
    private final Contract contract;
    private final RateLimiter perAddress;
    private final Function<HttpServerRequest, String> clientAddress;
    private final AuditTrail trail;

    AccountRoutes(
            Accounts accounts,
            Authentication authentication,
            Contract contract,
            RateLimiter perAddress,
            Function<HttpServerRequest, String> clientAddress,
            AuditTrail trail) {
        this.accounts = accounts;
        this.authentication = authentication;
        this.contract = contract;
        this.perAddress = perAddress;
        this.clientAddress = clientAddress;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/auth/register")
                .handler(this::limit)
                .handler(contract.body("RegisterRequest"))
                .handler(this::register);
        router.post("/api/auth/login")
                .handler(this::limit)
                .handler(contract.body("LoginRequest"))
                .handler(this::login);
        router.post("/api/auth/refresh")
                .handler(contract.body("RefreshRequest"))
                .handler(this::refresh);
        router.post("/api/auth/logout").handler(contract.body("LogoutRequest")).handler(this::logout);
        router.get("/api/users/me")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(this::me);
        router.put("/api/users/me")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("UpdateMeRequest"))
                .handler(this::updateMe);
    }

    private void limit(RoutingContext ctx) {
        Problem tooMany = perAddress.take(clientAddress.apply(ctx.request()));
        if (tooMany == null) {
            ctx.next();
        } else {
            Replies.deny(ctx, tooMany);
        }
    }

    private void register(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        var user = accounts.register(body.getString("email"), body.getString("password"), body.getString("name"));
        Replies.json(ctx, 201, user, AccountRoutes::registered);
    }

    private void login(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        var tokens = accounts.login(body.getString("email"), body.getString("password"), trail.deed(ctx, "auth.login"));
        Replies.json(unstored(ctx), 200, tokens, AccountRoutes::json);
    }

    private void refresh(RoutingContext ctx) {
        var tokens = accounts.refresh(Contract.body(ctx).getString("refreshToken"));
        Replies.json(unstored(ctx), 200, tokens, AccountRoutes::json);
    }

    private void logout(RoutingContext ctx) {
        Replies.noContent(ctx, accounts.logout(Contract.body(ctx).getString("refreshToken")));
    }

    private void me(RoutingContext ctx) {
        var user = accounts.find(Authentication.caller(ctx).userId());
        Replies.json(unstored(ctx), 200, user, AccountRoutes::profile);
    }

    private void updateMe(RoutingContext ctx) {
        String name = Contract.body(ctx).getString("name");
        var user = accounts.rename(Authentication.caller(ctx).userId(), name);
        Replies.json(unstored(ctx), 200, user, AccountRoutes::profile);
    }

    private static RoutingContext unstored(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
        return ctx;
    }

    private static JsonObject registered(User user) {
        return new JsonObject()
                .put("userId", user.userId())
                .put("email", user.email())
                .put("name", user.name());
    }

    private static JsonObject profile(User user) {
        return registered(user).put("role", user.role().name());
    }

    private static JsonObject json(Tokens tokens) {
        return new JsonObject()
                .put("accessToken", tokens.accessToken())
                .put("refreshToken", tokens.refreshToken().text())
                .put("tokenType", "Bearer")
                .put("expiresIn", tokens.expiresIn().toSeconds());
    }
}
