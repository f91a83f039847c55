package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.backing.Migrations;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Service;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Two databases that hold different things, so that every answer says which of them was asked: a replica that is believed
 * and has nothing yet is as far behind as one can be. Two nodes that know nothing of each other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadReplicaStory {
    private RunningService here;
    private RunningService there;
    private Staff staff;

    @BeforeAll
    void open() {
        String emptyReplica = Backends.shared().freshDatabase();
        assertThat(Migrations.migrate(emptyReplica)).isPositive();
        Map<String, String> env = RunningService.environment(Backends.shared().redisUri());
        env.put("COUPONRUSH_HTTP_PORT", "0");
        env.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        env.put("COUPONRUSH_POSTGRES_READ_URI", emptyReplica);
        env.put("COUPONRUSH_POSTGRES_READ_LAG", "3s");
        here = RunningService.with(env);
        there = RunningService.with(env);
        staff = here.staff();
    }

    @AfterAll
    void close() {
        here.close();
        there.close();
    }

    private void replicaIsBelieved() {
        await().until(() -> events(here, "/api/coupons/events") == 0 && events(there, "/api/coupons/events") == 0);
    }

    @Test
    void whoeverMakesAChangeFindsItInTheNextList() {
        staff.opens(Sale.of(10));
        assertThat(events(here, "/api/coupons/events")).as("just opened").isPositive();
        replicaIsBelieved();
        long sale = staff.opens(Sale.of(10));
        assertThat(events(here, "/api/coupons/events")).as("just opened").isPositive();
        replicaIsBelieved();
        staff.setsTotal(sale, 20);
        assertThat(events(here, "/api/coupons/events")).as("just changed").isPositive();
    }

    @Test
    void everyNodeKnowsAtOnceWhatItsUsersWereGivenAndDid() {
        long sale = staff.opens(Sale.of(100).perUser(3));
        replicaIsBelieved();
        for (int i = 0; i < 10; i++) {
            var callers = here.callers(1);
            Caller caller = callers.one();
            String code = callers.allClaim(sale).issued().get(0).couponCode();
            assertThat(coupons(there, caller)).as("claimed on another node").containsExactly("active");
            assertThat(issuedTo(there, caller, sale)).isEqualTo(1);

            var order = new JsonObject().put("orderId", "A-1").put("purchaseAmount", 30_000);
            as(caller, here).post("/api/coupons/" + code + "/use", order).with(200);
            assertThat(coupons(there, caller)).as("used on another node").containsExactly("used");
            as(caller, there)
                    .post("/api/coupons/" + code + "/cancel-use", new JsonObject().put("orderId", "A-1"))
                    .with(200);
            assertThat(as(caller, here).get("/api/coupons/" + code).with(200).getString("status"))
                    .isEqualTo("active");

            var grant = new JsonObject().put("userIds", new JsonArray().add(caller.userId()));
            staff.web()
                    .post("/api/admin/events/" + sale + "/grants", grant, "Idempotency-Key", "grant-" + i)
                    .with(200);
            assertThat(coupons(there, caller)).as("granted by another node").hasSize(2);
        }
    }

    @Test
    void everyNodeKnowsAtOnceWhoWasDrawn() {
        long event = staff.opens(Sale.of(1).with("mode", "draw"));
        Caller caller = here.callers(1).one();
        replicaIsBelieved();
        as(caller, here).post("/api/coupons/events/" + event + "/entries", null).with(201);
        staff.ends(event);
        String draw = "/api/coupons/events/" + event + "/draw";
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() ->
                        as(caller, here).get(draw).with(200).getString("status").equals("done"));
        assertThat(coupons(here, caller)).hasSize(1);
        assertThat(coupons(there, caller)).hasSize(1);
    }

    @Test
    void staffTakesAwayWhatTheReplicaHasAndActsUponWhatThePrimaryHas() {
        long sale = staff.opens(Sale.of(10));
        here.callers(3).allClaim(sale);
        String event = "/api/admin/events/" + sale;
        assertThat(staff.statsOf(sale).getInteger("issued")).as("just opened").isEqualTo(3);
        replicaIsBelieved();

        await("what was read before is believed for a while")
                .until(() -> staff.web().get(event + "/stats").status() == 404);
        await("its head alone")
                .until(() ->
                        staff.web().get(event + "/coupons.csv").text().lines().count() == 1);
        assertThat(staff.web().get(event + "/coupons").with(200).getJsonArray("items"))
                .hasSize(3);
        assertThat(events("/api/admin/events", staff.web())).isPositive();
        assertThat(staff.web()
                        .get("/api/admin/audit?action=event.export&target=event:" + sale)
                        .with(200)
                        .getJsonArray("items"))
                .as("what was done last")
                .isNotEmpty();
    }

    private static Web as(Caller caller, Service node) {
        return Web.anybody(node).as(caller.token());
    }

    private static int events(Service node, String path) {
        return events(path, Web.anybody(node));
    }

    private static int events(String path, Web web) {
        return web.get(path).with(200).getJsonArray("items").size();
    }

    private static int issuedTo(Service node, Caller caller, long sale) {
        return as(caller, node).get("/api/coupons/events/" + sale).with(200).getInteger("userIssuedCount");
    }

    /** The states of a user's coupons. */
    private static List<String> coupons(Service node, Caller caller) {
        JsonObject mine = as(caller, node).get("/api/coupons/my").with(200);
        List<String> states = mine.getJsonArray("items").stream()
                .map(coupon -> ((JsonObject) coupon).getString("status"))
                .toList();
        assertThat(mine.getJsonObject("summary").getInteger("totalCount")).isEqualTo(states.size());
        return states;
    }
}
