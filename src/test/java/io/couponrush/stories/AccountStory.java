package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One person, from signing up to signing out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountStory {
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

    @Test
    void minaSignsUpClaimsLooksAndSignsOut() {
        var anybody = Web.anybody(service);
        var profile = anybody.post("/api/auth/register", credentials("mina").put("name", "Mina"))
                .with(201);
        assertThat(profile.fieldNames()).containsExactlyInAnyOrder("userId", "email", "name");
        var tokens = anybody.post("/api/auth/login", credentials("mina")).with(200);
        var mina = anybody.as(tokens.getString("accessToken"));
        assertThat(mina.get("/api/users/me").with(200).getString("name")).isEqualTo("Mina");

        long sale = staff.opens(Sale.of(10).perUser(5));
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < 5; i++) codes.add(0, claims(mina, sale).with(201).getString("couponCode"));
        assertThat(claims(mina, sale).with(409).getString("code")).isEqualTo("USER_LIMIT_EXCEEDED");
        assertThat(minasPages(mina, 2)).isEqualTo(codes);
        var summary = mina.get("/api/coupons/my?eventId=" + sale).with(200).getJsonObject("summary");
        assertThat(summary.getMap())
                .isEqualTo(new JsonObject()
                        .put("totalCount", 5)
                        .put("activeCount", 5)
                        .put("usedCount", 0)
                        .put("expiredCount", 0)
                        .put("revokedCount", 0)
                        .getMap());
        var event = mina.get("/api/coupons/events/" + sale).with(200);
        assertThat(event.getInteger("userIssuedCount")).isEqualTo(5);
        assertThat(event.getBoolean("canIssue")).isFalse();

        String refreshToken = tokens.getString("refreshToken");
        anybody.post("/api/auth/logout", new JsonObject().put("refreshToken", refreshToken))
                .with(204);
        assertThat(mina.get("/api/coupons/my").with(401).getString("code")).isEqualTo("UNAUTHENTICATED");
        assertThat(claims(mina, sale).status()).isEqualTo(401);
        assertThat(anybody.post("/api/auth/refresh", new JsonObject().put("refreshToken", refreshToken))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aCouponIsItsOwnersAndTheStaffsToSee() {
        long sale = staff.opens(Sale.of(10));
        var jun = signsUp("jun");
        var sora = signsUp("sora");
        String code = claims(jun, sale).with(201).getString("couponCode");
        var own = jun.get("/api/coupons/" + code).with(200);
        assertThat(own.getLong("eventId")).isEqualTo(sale);
        assertThat(own.getString("status")).isEqualTo("active");
        assertThat(sora.get("/api/coupons/" + code).with(404).getString("code")).isEqualTo("COUPON_NOT_FOUND");
        assertThat(sora.get("/api/coupons/STORY-00000000000").with(404).getString("code"))
                .isEqualTo("COUPON_NOT_FOUND");
        assertThat(staff.web().get("/api/coupons/" + code).with(200)).isEqualTo(own);
        assertThat(Web.anybody(service).get("/api/coupons/" + code).status()).isEqualTo(401);
        assertThat(sora.get("/api/coupons/my").with(200).getJsonArray("items")).isEmpty();
    }

    @Test
    void theStaffsDoorsAreClosedToUsers() {
        long sale = staff.opens(Sale.of(10));
        var user = signsUp("hana");
        var body = new JsonObject().put("totalCount", 1_000);
        assertThat(user.patch("/api/admin/events/" + sale, body).code()).isEqualTo("FORBIDDEN");
        for (String verb : List.of("pause", "resume", "end")) {
            assertThat(user.post("/api/admin/events/" + sale + "/" + verb, null).code())
                    .isEqualTo("FORBIDDEN");
        }
        assertThat(service.books().of(sale).total()).isEqualTo(10);
        assertThat(staff.sees(sale).getString("status")).isEqualTo("active");
    }

    private Web signsUp(String name) {
        var anybody = Web.anybody(service);
        anybody.post("/api/auth/register", credentials(name).put("name", name)).with(201);
        var tokens = anybody.post("/api/auth/login", credentials(name)).with(200);
        return anybody.as(tokens.getString("accessToken"));
    }

    private static JsonObject credentials(String name) {
        return new JsonObject().put("email", name + "@stories.example").put("password", "four plain words of " + name);
    }

    private static Web.Reply claims(Web user, long sale) {
        return user.post("/api/coupons/issue", new JsonObject().put("eventId", sale));
    }

    /** Every code, page after page. */
    private static List<String> minasPages(Web mina, int limit) {
        List<String> codes = new ArrayList<>();
        String cursor = null;
        do {
            var page = mina.get("/api/coupons/my?limit=" + limit + (cursor == null ? "" : "&cursor=" + cursor))
                    .with(200);
            assertThat(page.getJsonArray("items").size()).isBetween(1, limit);
            for (int i = 0; i < page.getJsonArray("items").size(); i++) {
                codes.add(page.getJsonArray("items").getJsonObject(i).getString("couponCode"));
            }
            cursor = page.getString("nextCursor");
        } while (cursor != null);
        return codes;
    }
}
