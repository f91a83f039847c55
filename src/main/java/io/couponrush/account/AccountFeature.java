package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.config.Secret;
import io.couponrush.config.Settings;
import io.couponrush.http.Authentication;
import io.couponrush.http.Callers;
import io.couponrush.http.Contract;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Replies;
import io.couponrush.http.Role;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** This package put together: what the server starts and mounts of it. */
public final class AccountFeature {
    /** An ended session is remembered longer than its tokens live, by more than clocks differ. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    /** Of users who take along what is held about them, on this node at a time. */
    private static final int EXPORTS = 4;

    private final AccountStore store;
    private final AccessTokens accessTokens;
    private final SessionWatch watch;
    private final Sessions sessions;
    private final Accounts accounts;
    private final Partners partners;
    private final SecondFactors factors;
    private final Passwords passwords;
    private final Owner owner;
    private final Portrait portrait;
    private final @Nullable OidcLogins elsewhere;
    private final String label;
    private final Semaphore exports = new Semaphore(EXPORTS);

    /**
     * Knits it together; starts nothing.
     *
     * @param failedLogins is told why somebody could not show who they are, each time
     * @throws IllegalArgumentException when the secret of the tokens is missing or too short
     */
    public AccountFeature(
            Vertx vertx,
            AccountStore store,
            Settings settings,
            InstantSource clock,
            LongSupplier nanoTime,
            Consumer<ProblemCode> failedLogins) {
        Settings.Jwt jwt = settings.jwt();
        var window = jwt.accessTtl().plus(SLACK);
        var ended = new EndedSessions(window);
        var guard = new LoginGuard(store.loginFailures, failedLogins);
        this.store = store;
        this.accessTokens = new AccessTokens(vertx, bytes(jwt.secret()), clock, ended);
        this.watch = new SessionWatch(vertx, store.sessions, guard, store.identities, ended, window);
        this.sessions = new Sessions(
                store.sessions,
                watch,
                accessTokens,
                jwt.accessTtl(),
                jwt.refreshTtl(),
                rolesWithSecondFactor(settings));
        Secret own = settings.secondFactor().secret();
        var seal = new Seal(bytes(own == null ? jwt.secret() : own), "second factors");
        this.factors = new SecondFactors(store.secondFactors, guard, seal, clock);
        this.label = settings.secondFactor().label();
        this.passwords = new Passwords(vertx, nanoTime);
        this.accounts = new Accounts(store.users, passwords, store.passwords, guard, factors, sessions);
        this.owner = new Owner(store.users, store.sessions, accounts);
        this.portrait = new Portrait(store.users, store.sessions, factors, store.identities);
        this.elsewhere = elsewhere(vertx, settings, clock, nanoTime, failedLogins);
        this.partners = new Partners(store.partners, sessions, accessTokens, jwt.accessTtl(), failedLogins);
    }

    private @Nullable OidcLogins elsewhere(
            Vertx vertx,
            Settings settings,
            InstantSource clock,
            LongSupplier nanoTime,
            Consumer<ProblemCode> failedLogins) {
        String issuer = settings.oidc().issuer();
        if (issuer == null) {
            return null;
        }
        var http = new OidcHttp(vertx);
        var client = new OidcClient(new OidcIssuer(issuer, http, nanoTime), http, settings.oidc());
        var seal = new Seal(bytes(settings.jwt().secret()), "logins elsewhere");
        return new OidcLogins(client, store.identities, accounts, sessions, seal, clock, failedLogins);
    }

    private static Set<Role> rolesWithSecondFactor(Settings settings) {
        return settings.secondFactor().roles().stream().map(Role::valueOf).collect(Collectors.toSet());
    }

    public Callers callers() {
        return accessTokens;
    }

    /**
     * The routes of one event loop.
     *
     * @param perAddress of the node, shared by its event loops
     * @param holdings what other features hold about users
     */
    public Routes routes(
            Authentication authentication,
            Contract contract,
            RateLimiter perAddress,
            Function<HttpServerRequest, String> clientAddress,
            AuditTrail trail,
            List<Holding> holdings) {
        Handler<RoutingContext> limit = ctx -> {
            Problem tooMany = perAddress.take(clientAddress.apply(ctx.request()));
            if (tooMany == null) {
                ctx.next();
            } else {
                Replies.deny(ctx, tooMany);
            }
        };
        return router -> {
            new AccountRoutes(accounts, authentication, contract, limit, trail).mount(router);
            new PartnerRoutes(partners, authentication, contract, limit, trail).mount(router);
            new SecondFactorRoutes(factors, owner, accounts, authentication, contract, trail, label).mount(router);
            new PasswordRoutes(owner, passwords, store.passwords, sessions, authentication, contract, limit, trail)
                    .mount(router);
            new OidcRoutes(elsewhere, owner, authentication, contract, limit, trail).mount(router);
            new ExportRoutes(portrait, holdings, authentication, exports).mount(router);
            new ErasureRoutes(owner, store.users, sessions, authentication, contract, trail).mount(router);
            new PeopleRoutes(store.users, sessions, authentication, contract, trail).mount(router);
        };
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
