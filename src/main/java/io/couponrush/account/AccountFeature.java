package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.config.Secret;
import io.couponrush.config.Settings;
import io.couponrush.http.Authentication;
import io.couponrush.http.Callers;
import io.couponrush.http.Contract;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Role;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** This package put together: what the server starts and mounts of it. */
public final class AccountFeature {
    /** An ended session is remembered longer than its tokens live, by more than clocks differ. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    private final AccountStore store;
    private final AccessTokens accessTokens;
    private final SessionWatch watch;
    private final Accounts accounts;

    /**
     * Knits it together; starts nothing.
     *
     * @throws IllegalArgumentException when the secret of the tokens is missing or too short
     */
    public AccountFeature(Vertx vertx, AccountStore store, Settings.Jwt jwt, InstantSource clock) {
        var window = jwt.accessTtl().plus(SLACK);
        var ended = new EndedSessions(window);
        var guard = new LoginGuard(store.loginFailures);
        this.store = store;
        this.accessTokens = new AccessTokens(vertx, bytes(jwt.secret()), clock, ended);
        this.watch = new SessionWatch(vertx, store.sessions, guard, ended, window);
        var sessions = new Sessions(store.sessions, watch, accessTokens, jwt.accessTtl(), jwt.refreshTtl());
        this.accounts = new Accounts(store.users, new Passwords(vertx), guard, sessions);
    }

    public Callers callers() {
        return accessTokens;
    }

    /**
     * The routes of one event loop.
     *
     * @param perAddress of the node, shared by its event loops
     */
    public Routes routes(
            Authentication authentication,
            Contract contract,
            RateLimiter perAddress,
            Function<HttpServerRequest, String> clientAddress,
            AuditTrail trail) {
        return new AccountRoutes(accounts, authentication, contract, perAddress, clientAddress, trail);
    }

    /** Mounts nothing unless the settings open it. */
    public Routes loadtestRoutes(Contract contract, Settings.Loadtest settings, AuditTrail trail) {
        return new LoadtestRoutes(store.users, accessTokens, contract, settings, trail);
    }

    /** After the migrations and the codecs, before the first request. */
    public Future<Void> start(Settings.BootstrapAdmin admin) {
        return watch.start().compose(v -> ensure(admin));
    }

    /** The id of the user of that e-mail, made if missing; one that exists stays as it is. */
    public Future<Long> ensureUser(String email, String password, String name, Role role) {
        return accounts.ensure(email, password, name, role).map(User::userId);
    }

    private Future<Void> ensure(Settings.BootstrapAdmin admin) {
        String email = admin.email();
        Secret password = admin.password();
        if (email == null || password == null) {
            return Future.succeededFuture();
        }
        return ensureUser(email, password.reveal(), "Administrator", Role.ADMIN).mapEmpty();
    }

    private static byte[] bytes(@Nullable Secret secret) {
        return Objects.requireNonNullElse(secret, new Secret("")).reveal().getBytes(StandardCharsets.UTF_8);
    }
}
