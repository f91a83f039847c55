package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.backing.Migrations;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two databases that hold different things, so that every answer says which of them was asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadReplicaStory {
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() {
        String emptyReplica = Backends.shared().freshDatabase();
        assertThat(Migrations.migrate(emptyReplica)).isPositive();
        service = RunningService.start(
                Map.of("COUPONRUSH_POSTGRES_READ_URI", emptyReplica, "COUPONRUSH_POSTGRES_READ_LAG", "5s"));
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void readersAreSentToTheReplicaAndWritersFindTheirOwn() {
        long sale = staff.opens(Sale.of(10).perUser(2));
        assertThat(events()).as("just opened").isEqualTo(1);
        var caller = service.callers(1).one();
        var callers = service.callers(1);
        assertThat(callers.allClaim(sale).issued()).hasSize(1);
        assertThat(coupons(callers.one())).as("just claimed").isEqualTo(1);

        await().until(() -> events() == 0 && coupons(callers.one()) == 0); // the replica has nothing
        assertThat(staff.sees(sale).getInteger("issuedCount")).isEqualTo(1);
        assertThat(coupons(caller)).isZero();

        assertThat(callers.allClaim(sale).issued()).hasSize(1);
        assertThat(coupons(callers.one())).as("claimed again").isEqualTo(2);
        staff.setsTotal(sale, 20);
        assertThat(events()).as("just changed").isEqualTo(1);
    }

    private int events() {
        return Web.anybody(service)
                .get("/api/coupons/events")
                .with(200)
                .getJsonArray("items")
                .size();
    }

    private int coupons(Caller caller) {
        JsonObject mine =
                Web.anybody(service).as(caller.token()).get("/api/coupons/my").with(200);
        assertThat(mine.getJsonObject("summary").getInteger("totalCount"))
                .isEqualTo(mine.getJsonArray("items").size());
        return mine.getJsonArray("items").size();
    }
}
