package io.couponrush.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ContractRoutesTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void tellsWhatIsMissingOnEitherSide() {
        Router router = Router.router(VERTX);
        router.route().handler(ctx -> ctx.next());
        router.get("/api/toys/:id").handler(ctx -> ctx.next());
        router.delete("/api/toys/:id").handler(ctx -> ctx.next());
        router.get("/page").handler(ctx -> ctx.next());
        var contract = new ContractRoutes(Set.of("GET /api/toys/{}", "POST /api/toys"), router, List.of());
        assertThat(contract.unrouted()).containsExactly("POST /api/toys");
        assertThat(contract.undocumented("/api/")).containsExactly("DELETE /api/toys/{}");
    }

    @Test
    void readsTheDocument() {
        assertThat(new ContractRoutes(Router.router(VERTX), List.of()).unrouted())
                .contains("POST /api/coupons/issue", "PATCH /api/admin/events/{}", "PUT /api/users/me")
                .hasSizeGreaterThan(20);
    }
}
