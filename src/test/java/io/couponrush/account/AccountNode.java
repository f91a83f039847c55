package io.couponrush.account;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.AuditTrail;
import io.couponrush.bus.Codecs;
import io.couponrush.config.Profile;
import io.couponrush.config.Secret;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.RateLimiter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One node that serves accounts, and a client of it. Nodes share nothing but the database: each has a bus of its own. */
final class AccountNode implements AutoCloseable {
    private static final String SECRET = "a secret for tests, 32 bytes or more";
    private static final String ADDRESS = "X-Test-Address";

    final AccountFeature accounts;
    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;
    private final WebClient client;

    AccountNode(String databaseUri, boolean loadtest) {
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(databaseUri))
                .with(new PoolOptions().setMaxSize(8))
                .using(vertx)
                .build();
        Codecs.registerAll(vertx.eventBus());
        var settings = SettingsLoader.read(Profile.DEV, Map.of("COUPONRUSH_JWT_SECRET", SECRET))
                .settings();
        accounts = new AccountFeature(
                vertx,
                new AccountStore(pool, List.of()),
                settings,
                InstantSource.system(),
                System::nanoTime,
                why -> {});
        accounts.start(new Settings.BootstrapAdmin("boss@example.org", new Secret("boss knows it all")))
                .await();
        int port = vertx.createHttpServer()
                .requestHandler(router(loadtest))
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
        client = WebClient.create(
                vertx,
                new WebClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(port),
                new io.vertx.core.http.PoolOptions().setHttp1MaxSize(50));
    }

    private Router router(boolean loadtest) {
        var router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false));
        var authentication = new Authentication(accounts.callers());
        var contract = new Contract();
        var trail = new AuditTrail(new AuditStore(pool, pool), r -> "203.0.113.7");
        accounts.routes(
                        authentication,
                        contract,
                        new RateLimiter("login", 1, 3, 1000),
                        r -> r.getHeader(ADDRESS),
                        trail,
                        List.of())
                .mount(router);
        accounts.loadtestRoutes(contract, new Settings.Loadtest(loadtest), trail)
                .mount(router);
        return router;
    }

    /** Posts from an address of its own, so that no limit is met. */
    HttpResponse<Buffer> post(String path, JsonObject body) {
        return postFrom(UUID.randomUUID().toString(), path, body);
    }

    HttpResponse<Buffer> postFrom(String address, String path, JsonObject body) {
        return posting(address, path, body).await();
    }

    Future<HttpResponse<Buffer>> posting(String path, JsonObject body) {
        return posting(UUID.randomUUID().toString(), path, body);
    }

    private Future<HttpResponse<Buffer>> posting(String address, String path, JsonObject body) {
        return client.post(path).putHeader(ADDRESS, address).sendJsonObject(body);
    }

    HttpResponse<Buffer> me(String accessToken) {
        return client.get("/api/users/me")
                .bearerTokenAuthentication(accessToken)
                .send()
                .await();
    }

    HttpResponse<Buffer> rename(String accessToken, JsonObject body) {
        return client.request(HttpMethod.PUT, "/api/users/me")
                .bearerTokenAuthentication(accessToken)
                .sendJsonObject(body)
                .await();
    }

    @CanIgnoreReturnValue
    RowSet<Row> sql(String statement) {
        return pool.query(statement).execute().await();
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
