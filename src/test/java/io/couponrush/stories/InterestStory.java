package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Callers;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Shopper;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Asking to be told, and being told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InterestStory {
    private static final Duration SOON = Duration.ofSeconds(15);

    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() {
        service = RunningService.start();
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    private Web web(Callers callers, int who) {
        return Web.anybody(service).as(callers.all().get(who).token());
    }

    private static String interest(long sale) {
        return "/api/coupons/events/" + sale + "/interest";
    }

    private static List<JsonObject> told(Web web, String type) {
        return web.get("/api/notifications").with(200).getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .filter(notice -> notice.getString("type").equals(type))
                .toList();
    }

    @Test
    void whoAsksIsOnTheListOnceAndMayLeaveIt() {
        long sale = staff.opens(Sale.of(1).startingIn(Duration.ofMinutes(30)));
        Web web = web(service.callers(1), 0);
        assertThat(web.get(interest(sale)).with(200).getBoolean("interested")).isFalse();
        JsonObject joined = web.post(interest(sale), new JsonObject()).with(200);
        assertThat(joined.getBoolean("interested")).isTrue();
        assertThat(web.post(interest(sale), new JsonObject()).with(200)).isEqualTo(joined);
        assertThat(web.get(interest(sale)).with(200)).isEqualTo(joined);
        assertThat(web.delete(interest(sale), null).status()).isEqualTo(204);
        assertThat(web.delete(interest(sale), null).status()).isEqualTo(204);
        assertThat(web.get(interest(sale)).with(200).getBoolean("interested")).isFalse();
    }

    @Test
    void nobodyAsksForWhatIsNotThereOrIsOver() {
        Web web = web(service.callers(1), 0);
        assertThat(web.post(interest(987_654_321), new JsonObject()).code()).isEqualTo("EVENT_NOT_FOUND");
        assertThat(web.post("/api/coupons/events/x/interest", new JsonObject()).code())
                .isEqualTo("EVENT_NOT_FOUND");
        long sale = staff.opens(Sale.of(1));
        staff.web().post("/api/admin/events/" + sale + "/end", new JsonObject()).with(200);
        assertThat(web.post(interest(sale), new JsonObject()).code()).isEqualTo("EVENT_ENDED");
        assertThat(Web.anybody(service).post(interest(sale), new JsonObject()).status())
                .isEqualTo(401);
    }

    @Test
    void whoAskedIsRemindedOnceBeforeEachStart() {
        var callers = service.callers(3);
        long soon = staff.opens(Sale.of(1).startingIn(Duration.ofMinutes(9)));
        long later = staff.opens(Sale.of(1).startingIn(Duration.ofMinutes(11)));
        web(callers, 0).post(interest(soon), new JsonObject()).with(200);
        web(callers, 1).post(interest(soon), new JsonObject()).with(200);
        web(callers, 2).post(interest(later), new JsonObject()).with(200);

        await().atMost(SOON).until(() -> IntStream.range(0, 2)
                .allMatch(i -> told(web(callers, i), "coupon.starting").size() == 1));

        JsonObject data = told(web(callers, 0), "coupon.starting").get(0).getJsonObject("data");
        assertThat(data.getLong("eventId")).isEqualTo(soon);
        assertThat(data.containsKey("userIds")).as("who else asked").isFalse();
        JsonObject event = staff.web().get("/api/coupons/events/" + soon).with(200);
        assertThat(Instant.parse(data.getString("startTime"))).isEqualTo(Instant.parse(event.getString("startTime")));

        String moved = Instant.now().plus(Duration.ofMinutes(5)).toString();
        staff.web()
                .patch("/api/admin/events/" + soon, new JsonObject().put("startTime", moved))
                .with(200);
        await().atMost(SOON)
                .until(() -> told(web(callers, 0), "coupon.starting").size() == 2);
        assertThat(told(web(callers, 2), "coupon.starting")).isEmpty();
    }

    @Test
    void whoWaitsHearsBeforeEverybodyThatStockIsBack() {
        long sale = staff.opens(Sale.of(1));
        var winner = service.callers(1);
        assertThat(winner.allClaim(sale).issued()).hasSize(1);
        var waiting = service.callers(2);
        List<Shopper> pages = Shopper.of(service, waiting, sale);
        web(waiting, 0).post(interest(sale), new JsonObject()).with(200);
        web(winner, 0).post(interest(sale), new JsonObject()).with(200);

        staff.web()
                .patch("/api/admin/events/" + sale, new JsonObject().put("totalCount", 2))
                .with(200);

        await().atMost(SOON).until(() -> pages.stream()
                .noneMatch(page -> page.heard("coupon.reopened").isEmpty()));
        Shopper first = pages.get(0);
        assertThat(first.heard("coupon.available")).hasSize(1);
        assertThat(first.heard("coupon.available").get(0).at())
                .isLessThanOrEqualTo(first.heard("coupon.reopened").get(0).at());
        assertThat(pages.get(1).heard("coupon.available")).as("did not ask").isEmpty();
        assertThat(told(web(winner, 0), "coupon.available")).as("has one").isEmpty();
        assertThat(web(waiting, 0).get(interest(sale)).with(200).getBoolean("interested"))
                .as("told once")
                .isFalse();
        pages.forEach(Shopper::leaves);
    }

    @Test
    void stockThatReturnsInAPauseIsToldWhenItCanBeHad() {
        long sale = staff.opens(Sale.of(1));
        assertThat(service.callers(1).allClaim(sale).issued()).hasSize(1);
        Web waiting = web(service.callers(1), 0);
        waiting.post(interest(sale), new JsonObject()).with(200);
        staff.pauses(sale);
        staff.setsTotal(sale, 2);
        await().atMost(SOON).until(() -> service.books().of(sale).turns().size() == 2);
        assertThat(availableTo(sale)).isZero();
        assertThat(waiting.get(interest(sale)).with(200).getBoolean("interested"))
                .isTrue();

        staff.resumes(sale);

        await().atMost(SOON).until(() -> told(waiting, "coupon.available").size() == 1);
        assertThat(waiting.get(interest(sale)).with(200).getBoolean("interested"))
                .isFalse();
        staff.pauses(sale);
        staff.resumes(sale);
        assertThat(availableTo(sale)).as("once").isEqualTo(1);
    }

    @Test
    void aPauseWithoutReturningStockIsNoNewsForThoseWhoWait() {
        long sale = staff.opens(Sale.of(1));
        web(service.callers(1), 0).post(interest(sale), new JsonObject()).with(200);
        staff.pauses(sale);
        staff.resumes(sale);
        assertThat(availableTo(sale)).isZero();
    }

    @Test
    void aCouponRevokedAfterTheEndReopensNothing() {
        long sale = staff.opens(Sale.of(1));
        var won = service.callers(1).allClaim(sale).issued();
        web(service.callers(1), 0).post(interest(sale), new JsonObject()).with(200);
        staff.ends(sale);
        staff.web()
                .post("/api/admin/coupons/" + won.get(0).couponCode() + "/revoke", null)
                .with(200);
        assertThat(service.books().of(sale).turns()).containsExactly("soldout:1", "reopened:2");
        assertThat(availableTo(sale)).isZero();
    }

    /** Rows of the outbox that tell somebody that stock is back. */
    private long availableTo(long sale) {
        return service.books()
                .count("select count(*) from outbox where topic = 'coupon.available' and event_id = " + sale);
    }
}
