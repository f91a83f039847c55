package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Shopper;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a coupon is good for, and how it ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedemptionStory {
    private static final Duration SOON = Duration.ofSeconds(15);

    private RunningService service;
    private Staff staff;

    /** Somebody with one coupon. */
    private record Holder(Caller user, Web web, String code) {
        Web.Reply uses(String orderId, Number purchaseAmount) {
            var body = new JsonObject().put("orderId", orderId).put("purchaseAmount", purchaseAmount);
            return web.post("/api/coupons/" + code + "/use", body);
        }

        Web.Reply cancels(String orderId) {
            return web.post("/api/coupons/" + code + "/cancel-use", new JsonObject().put("orderId", orderId));
        }

        JsonObject sees() {
            return web.get("/api/coupons/" + code).with(200);
        }

        /** The messages of that type that the user was told, oldest first. */
        List<JsonObject> heard(String type) {
            JsonArray items = web.get("/api/notifications").with(200).getJsonArray("items");
            return items.stream()
                    .map(JsonObject.class::cast)
                    .filter(item -> item.getString("type").equals(type))
                    .toList();
        }
    }

    @BeforeAll
    void open() {
        service = RunningService.start(Map.of("COUPONRUSH_REDEMPTION_SWEEP_EVERY", "200ms"));
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    private Holder holder(Sale sale) {
        return holders(staff.opens(sale), service.callers(1)).get(0);
    }

    private List<Holder> holders(long sale, Callers callers) {
        return callers.allClaim(sale).issued().stream()
                .map(answer -> holder(answer.press().caller(), answer.couponCode()))
                .toList();
    }

    private Holder holder(Caller user, String code) {
        return new Holder(user, Web.anybody(service).as(user.token()), code);
    }

    private static Sale sale() {
        return Sale.of(1).with("discountType", "percentage").with("discountValue", 15);
    }

    @Test
    void aCouponIsUsedOnceForAnOrderAndItsOwnerHearsOfIt() {
        long sale = staff.opens(sale());
        var callers = service.callers(1);
        Shopper page = Shopper.of(service, callers, sale).get(0);
        Holder holder = holders(sale, callers).get(0);

        JsonObject used = holder.uses("A-1", 30_000).with(200);

        assertThat(used.getString("couponCode")).isEqualTo(holder.code());
        assertThat(used.getString("orderId")).isEqualTo("A-1");
        assertThat(used.getInteger("discountAmount")).isEqualTo(4_500);
        assertThat(used.getInteger("finalAmount")).isEqualTo(25_500);
        assertThat(holder.uses("A-1", 30_000.00).with(200)).as("asked again").isEqualTo(used);
        assertThat(holder.sees().getString("status")).isEqualTo("used");
        assertThat(holder.sees().getString("usedAt")).isEqualTo(used.getString("usedAt"));
        await().atMost(SOON).until(() -> !page.heard("coupon.used").isEmpty());
        JsonObject heard = page.heard("coupon.used").get(0).body().getJsonObject("data");
        assertThat(heard.getString("orderId")).isEqualTo("A-1");
        assertThat(heard.getInteger("discountAmount")).isEqualTo(4_500);
        assertThat(page.strangers()).isEmpty();
        page.leaves();
        assertThat(holder.heard("coupon.used")).hasSize(1);
        assertRefused(holder.uses("A-1", 30_001), 422, "IDEMPOTENCY_KEY_REUSED");
        assertRefused(holder.uses("A-2", 30_000), 409, "COUPON_NOT_ACTIVE");
    }

    @Test
    void thePriceIsExactToTheCentAndNeverBelowNothing() {
        JsonObject odd = holder(sale()).uses("A", 99.99).with(200);
        assertThat(odd.getDouble("discountAmount")).isEqualTo(14.99);
        assertThat(odd.getDouble("finalAmount")).isEqualTo(85.00);
        Sale limited = sale().with("maxDiscountAmount", 1_000.5);
        Holder holder = holder(limited);
        assertThat(holder.sees().getDouble("maxDiscountAmount")).isEqualTo(1_000.5);
        assertThat(holder.uses("A", 30_000).with(200).getDouble("discountAmount"))
                .isEqualTo(1_000.5);
        Sale fixed = Sale.of(1).with("discountType", "fixed").with("discountValue", 5_000);
        JsonObject free = holder(fixed).uses("A", 4_999.99).with(200);
        assertThat(free.getDouble("discountAmount")).isEqualTo(4_999.99);
        assertThat(free.getInteger("finalAmount")).isZero();
    }

    @Test
    void whoBuysTooLittleIsToldHowMuchItTakes() {
        Holder holder = holder(sale().with("minPurchaseAmount", 10_000));
        var refused = holder.uses("A", 9_999.99);
        assertRefused(refused, 409, "MIN_PURCHASE_NOT_MET");
        assertThat(refused.json().getInteger("minPurchaseAmount")).isEqualTo(10_000);
        assertThat(holder.uses("A", 10_000).status()).isEqualTo(200);
    }

    @Test
    void anotherUsersCouponDoesNotExist() {
        Holder holder = holder(sale());
        Holder other = holder(sale());
        var stolen = new Holder(other.user(), other.web(), holder.code());
        assertRefused(stolen.uses("A", 100), 404, "COUPON_NOT_FOUND");
        assertRefused(stolen.cancels("A"), 404, "COUPON_NOT_FOUND");
        var byStaff = new Holder(other.user(), staff.web(), holder.code());
        assertRefused(byStaff.uses("A", 100), 404, "COUPON_NOT_FOUND");
        assertThat(holder.sees().getString("status")).isEqualTo("active");
    }

    @Test
    void aCancelledUseGivesTheCouponBackToItsOwner() {
        Holder holder = holder(sale());
        assertRefused(holder.cancels("A"), 409, "COUPON_NOT_ACTIVE");
        assertThat(holder.uses("A", 100).status()).isEqualTo(200);
        assertRefused(holder.cancels("B"), 409, "COUPON_NOT_ACTIVE");
        JsonObject back = holder.cancels("A").with(200);
        assertThat(back.getString("status")).isEqualTo("active");
        assertThat(back.getValue("usedAt")).isNull();
        assertThat(holder.cancels("A").with(200)).as("cancelled again").isEqualTo(back);
        assertThat(holder.uses("B", 200).with(200).getInteger("discountAmount")).isEqualTo(30);
        assertRefused(holder.cancels("A"), 409, "COUPON_NOT_ACTIVE");
        await().atMost(SOON).until(() -> holder.heard("coupon.used").size() == 2);
    }

    @Test
    void ofManyOrdersAtOnceOneGetsTheDiscount() {
        Holder holder = holder(sale());
        List<Integer> statuses = Stream.iterate(0, i -> i + 1)
                .limit(24)
                .parallel()
                .map(i -> holder.uses("order-" + i, 100).status())
                .toList();
        assertThat(statuses).filteredOn(s -> s == 200).hasSize(1);
        assertThat(statuses).filteredOn(s -> s == 409).hasSize(23);
        await().atMost(SOON).until(() -> holder.heard("coupon.used").size() == 1);
    }

    @Test
    void whoseCouponExpiresSoonIsToldAndThenThatItHas() {
        Holder holder = holder(sale().with("validDays", 1));
        await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> holder.heard("coupon.expiring")
                .isEmpty());
        isIssuedEarlier(holder.code(), Duration.ofHours(12));
        await().atMost(SOON).until(() -> holder.heard("coupon.expiring").size() == 1);
        JsonObject told = holder.heard("coupon.expiring").get(0).getJsonObject("data");
        assertThat(told.getString("couponCode")).isEqualTo(holder.code());
        assertThat(told.getString("expiresAt")).isEqualTo(holder.sees().getString("expiresAt"));
        assertThat(holder.sees().getString("status")).isEqualTo("active");

        ages(holder.code());

        assertThat(holder.sees().getString("status")).as("swept or not").isEqualTo("expired");
        assertRefused(holder.uses("A", 100), 409, "COUPON_EXPIRED");
        await().atMost(SOON).until(() -> holder.heard("coupon.expired").size() == 1);
        assertThat(holder.heard("coupon.expiring")).hasSize(1);
        JsonObject mine = holder.web().get("/api/coupons/my?status=expired").with(200);
        assertThat(mine.getJsonArray("items")).hasSize(1);
        assertThat(mine.getJsonObject("summary").getInteger("expiredCount")).isEqualTo(1);
        assertRefused(revoke(holder.code()), 409, "COUPON_EXPIRED");
    }

    @Test
    void aUseThatIsCancelledTooLateLeavesAnExpiredCoupon() {
        Holder holder = holder(sale());
        JsonObject used = holder.uses("A", 100).with(200);
        ages(holder.code());
        assertThat(holder.uses("A", 100).with(200)).isEqualTo(used);
        assertThat(holder.cancels("A").with(200).getString("status")).isEqualTo("expired");
        assertRefused(holder.uses("B", 100), 409, "COUPON_EXPIRED");
        await().atMost(SOON).until(() -> holder.heard("coupon.expired").size() == 1);
        assertThat(holder.heard("coupon.expiring")).as("too late to warn").isEmpty();
    }

    @Test
    void aRevokedCouponReopensTheSaleForOthersButNotForItsOwner() {
        long sale = staff.opens(Sale.of(3));
        var owners = service.callers(3);
        List<Holder> holders = holders(sale, owners);
        await().atMost(SOON).until(() -> staff.sees(sale).getBoolean("soldOut")); // what is seen may be a second old
        Holder holder = holders.get(0);

        JsonObject revoked = revoke(holder.code()).with(200);

        assertThat(revoked.getString("status")).isEqualTo("revoked");
        assertThat(revoke(holder.code()).with(200)).as("revoked again").isEqualTo(revoked);
        assertThat(staff.sees(sale).getBoolean("soldOut")).isFalse();
        assertThat(staff.sees(sale).getInteger("remainingCount")).isEqualTo(1);
        assertThat(owners.allClaim(sale).tally()).isEqualTo(Map.of("USER_LIMIT_EXCEEDED", 3L));
        var late = service.callers(20).allClaim(sale);
        assertThat(late.tally()).isEqualTo(Map.of("201", 1L, "COUPON_SOLD_OUT", 19L));
        assertThat(service.books().of(sale).turns()).containsExactly("soldout:1", "reopened:2", "soldout:3");
        assertThat(service.books().of(sale).mistakes()).isEmpty();
        assertRefused(holder.uses("A", 5_000), 409, "COUPON_NOT_ACTIVE");
        assertThat(holder.web().get("/api/coupons/my?status=revoked").with(200).getJsonArray("items"))
                .hasSize(1);
        assertThat(staff.asksForTotal(sale, 2).code()).isEqualTo("EVENT_STATE_CONFLICT");
    }

    @Test
    void whoRevokedWhatIsRemembered() {
        Holder holder = holder(sale());
        assertThat(revoke(holder.code()).status()).isEqualTo(200);
        assertThat(revoke(holder.code()).status()).isEqualTo(200);
        JsonArray lines = staff.web()
                .get("/api/admin/audit?action=coupon.revoke&target=coupon:" + holder.code())
                .with(200)
                .getJsonArray("items");
        assertThat(lines).hasSize(2);
        assertThat(lines.getJsonObject(0).getValue("after"))
                .as("nothing changed")
                .isNull();
        JsonObject first = lines.getJsonObject(1);
        assertThat(first.getString("outcome")).isEqualTo("DONE");
        assertThat(first.getJsonObject("before").getString("status")).isEqualTo("active");
        assertThat(first.getJsonObject("after").getString("status")).isEqualTo("revoked");
    }

    @Test
    void onlyStaffRevokesAndOnlyWhatIsNotUsed() {
        Holder holder = holder(sale());
        assertRefused(holder.web().post("/api/admin/coupons/" + holder.code() + "/revoke", null), 403, "FORBIDDEN");
        assertRefused(revoke("STORY-00000000000"), 404, "COUPON_NOT_FOUND");
        assertThat(holder.uses("A", 100).status()).isEqualTo(200);
        assertRefused(revoke(holder.code()), 409, "COUPON_NOT_ACTIVE");
        assertThat(holder.sees().getString("status")).isEqualTo("used");
    }

    @Test
    void aKeyIsRepliedToWithItsCouponAlsoWhenThatWasRevoked() {
        long sale = staff.opens(Sale.of(5));
        var callers = service.callers(1);
        var presses = callers.presses(sale, 1);
        Answers first = callers.press(presses);
        assertThat(revoke(first.issued().get(0).couponCode()).status()).isEqualTo(200);
        Answers again = callers.press(presses);
        assertThat(again.coupons()).isEqualTo(first.coupons());
        assertThat(again.issued()).allMatch(answer -> answer.replayed());
        assertThat(service.books().shelfAtRest(sale).stock()).isEqualTo(5);
        assertThat(service.books().of(sale).mistakes()).isEmpty();
    }

    @Test
    void couponsRevokedWhileTheCrowdPressesAreSoldAgainToTheLast() {
        int stock = 200;
        int revoked = 20;
        long sale = staff.opens(Sale.of(stock));
        var callers = service.callers(3_000);
        var crowd = callers.start(callers.presses(sale, 1));
        var calledBack = new ArrayList<String>();
        while (calledBack.size() < revoked) {
            crowd.untilIssued(calledBack.size() * 9 + 1);
            crowd.answersSoFar().issued().stream()
                    .map(answer -> answer.couponCode())
                    .filter(code -> !calledBack.contains(code))
                    .findAny()
                    .ifPresent(code -> {
                        assertThat(revoke(code).status()).isEqualTo(200);
                        calledBack.add(code);
                    });
        }
        var answers = crowd.answers();
        answers = answers.and(callers.insist(answers, 30));
        answers = answers.and(service.callers(300).allClaim(sale));

        var book = service.books().of(sale);
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(book.rows("revoked")).hasSize(revoked);
        assertThat(book.issued()).isEqualTo(stock);
        assertThat(answers.coupons()).hasSize(stock + revoked);
        var shelf = service.books().shelfAtRest(sale);
        assertThat(shelf.stock()).isZero();
        assertThat(shelf.soldOut()).isEqualTo(book.generation());
    }

    @Test
    void whatOnceWasIssuedKeepsItsTermsAlsoWhenAllOfItIsRevoked() {
        long sale = staff.opens(Sale.of(5).perUser(2));
        Holder holder = holders(sale, service.callers(1)).get(0);
        assertThat(revoke(holder.code()).status()).isEqualTo(200);
        for (var change : List.of(
                new JsonObject().put("maxPerUser", 1),
                new JsonObject().put("maxDiscountAmount", 1),
                new JsonObject().put("startTime", "2026-01-01T00:00:00Z"))) {
            assertThat(staff.web().patch("/api/admin/events/" + sale, change).code())
                    .isEqualTo("EVENT_STATE_CONFLICT");
        }
        assertThat(service.books().of(sale).mistakes()).isEmpty();
    }

    private Web.Reply revoke(String code) {
        return staff.web().post("/api/admin/coupons/" + code + "/revoke", null);
    }

    /** A month passes for that coupon. */
    private void ages(String code) {
        service.books()
                .count("with aged as (update user_coupons set expires_at = now() where coupon_code = '" + code
                        + "' returning 1) select count(*) from aged");
    }

    /** As if the sale had been then. */
    private void isIssuedEarlier(String code, Duration time) {
        String by = time.toSeconds() + " * interval '1 second'";
        assertThat(service.books()
                        .change("update user_coupons set issued_at = issued_at - " + by + ", expires_at = expires_at - "
                                + by + " where coupon_code = '" + code + "'"))
                .isEqualTo(1);
    }

    private static void assertRefused(Web.Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.code()).isEqualTo(code);
    }
}
