package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.ops.Metrics;
import io.couponrush.testkit.ContractRoutes;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerContractTest {
    private final Vertx vertx = Vertx.vertx();
    private ContractRoutes contract;

    @BeforeAll
    void mountEverything() {
        Settings settings = SettingsLoader.read(
                        Profile.DEV,
                        Map.of(
                                "COUPONRUSH_POSTGRES_URI", "postgresql://nobody:asks@127.0.0.1:1/nothing",
                                "COUPONRUSH_JWT_SECRET", "0123456789abcdef0123456789abcdef",
                                "COUPONRUSH_LOADTEST_ENABLED", "true"))
                .settings();
        var server = new Server(vertx, settings, new Metrics());
        Router router = Router.router(vertx);
        server.routes().forEach(routes -> {
            routes.mountStreaming(router);
            routes.mount(router);
        });
        contract = new ContractRoutes(router, server.express());
    }

    @AfterAll
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void everyOperationOfTheDocumentHasItsRoute() {
        assertThat(contract.unrouted()).isEmpty();
    }

    @Test
    void everyRouteIsInTheDocument() {
        assertThat(contract.undocumented("/api/")).isEmpty();
    }
}
