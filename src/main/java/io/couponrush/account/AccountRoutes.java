package io.couponrush.account;

import io.couponrush.account.Accounts.Proof;
import io.couponrush.audit.AuditTrail;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/auth} and {@code /api/users/me}. */
final class AccountRoutes implements Routes {
    private static final String NO_STORE = "no-store";

    private final Accounts accounts;
    private final Authentication authentication;
    private final Contract contract;
    private final Handler<RoutingContext> limit;
    private final AuditTrail trail;

    /**
     * Makes the routes of one event loop.
     *
     * @param limit of attempts to register or sign in
     */
    AccountRoutes(
            Accounts accounts,
            Authentication authentication,
            Contract contract,
            Handler<RoutingContext> limit,
            AuditTrail trail) {
        this.accounts = accounts;
        this.authentication = authentication;
        this.contract = contract;
        this.limit = limit;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/auth/register")
                .handler(limit)
                .handler(contract.body("RegisterRequest"))
                .handler(this::register);
        router.post("/api/auth/login")
                .handler(limit)
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

    private void register(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        var user = accounts.register(body.getString("email"), body.getString("password"), body.getString("name"));
        Replies.json(ctx, 201, user, AccountRoutes::registered);
    }

    private void login(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        var tokens = accounts.login(
                body.getString("email"),
                new Proof(body.getString("password"), body.getString("otp")),
                trail.deed(ctx, "auth.login"),
                trail);
        Replies.json(unstored(ctx), 200, tokens, Tokens::json);
    }

    private void refresh(RoutingContext ctx) {
        var tokens = accounts.refresh(Contract.body(ctx).getString("refreshToken"));
        Replies.json(unstored(ctx), 200, tokens, Tokens::json);
    }

    private void logout(RoutingContext ctx) {
        Replies.noContent(ctx, accounts.logout(Contract.body(ctx).getString("refreshToken")));
    }

    private void me(RoutingContext ctx) {
        var user = accounts.find(Authentication.caller(ctx).userId());
        Replies.json(unstored(ctx), 200, user, User::json);
    }

    private void updateMe(RoutingContext ctx) {
        String name = Contract.body(ctx).getString("name");
        var user = accounts.rename(Authentication.caller(ctx).userId(), name);
        Replies.json(unstored(ctx), 200, user, User::json);
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
}
