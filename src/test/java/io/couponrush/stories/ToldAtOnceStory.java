package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Shopper;
import io.couponrush.testkit.Staff;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whoever watches hears what happened as it happens, and nobody hears what is another's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ToldAtOnceStory {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long SOLD_OUT_WITHIN_MS = 1_000;

    private RunningService service;
    private Staff staff;
    private List<Shopper> shoppers = List.of();

    @BeforeAll
    void open() {
        service = RunningService.start();
        staff = service.staff();
    }

    @AfterEach
    void everybodyLeaves() {
        shoppers.forEach(Shopper::leaves);
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void sixtyWatchAndTwentyWin() {
        long sale = staff.opens(Sale.of(20));
        var callers = service.callers(60);
        shoppers = Shopper.of(service, callers, sale);
        for (int i = 0; i < 60; i++) { // each tries to hear the neighbour
            var neighbour = shoppers.get((i + 1) % 60).caller();
            shoppers.get(i)
                    .browser()
                    .register(
                            "coupon.users." + neighbour.userId(),
                            callers.all().get(i).token());
        }
        var answers = callers.allClaim(sale);
        long lastCoupon =
                answers.issued().stream().mapToLong(Answer::ended).max().orElseThrow();
        await().atMost(SOON).until(() -> shoppers.stream()
                .noneMatch(s -> s.heard("coupon.soldout").isEmpty()));
        await().atMost(SOON).until(() -> told() == 20);
        await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> told() == 20);
        long[] after = shoppers.stream()
                .mapToLong(s -> (s.heard("coupon.soldout").get(0).at() - lastCoupon) / 1_000_000)
                .sorted()
                .toArray();
        System.out.printf("sold out after the last 201: p50 %d ms, last of 60 %d ms%n", after[30], after[59]);
        assertThat(after[59]).isLessThan(SOLD_OUT_WITHIN_MS);
        assertEachWinnerHeardTheirs(answers);
        assertThat(shoppers).allSatisfy(s -> {
            assertThat(s.heard("coupon.soldout")).hasSize(1);
            assertThat(s.strangers()).isEmpty();
            assertThat(s.errors()).extracting(e -> e.getString("body")).containsExactly("access_denied");
        });
    }

    @Test
    void whatBrowsersSayReachesNobody() {
        long sale = staff.opens(Sale.of(100));
        var callers = service.callers(10);
        shoppers = Shopper.of(service, callers, sale);
        var forged = new JsonObject()
                .put("type", "coupon.soldout")
                .put("data", new JsonObject().put("eventId", sale).put("generation", 1));
        for (Shopper shopper : shoppers) {
            for (String type : List.of("send", "publish")) {
                for (String address : List.of("coupon.events." + sale, "coupon.issue", "notices", "campaign.stock")) {
                    shopper.browser()
                            .send(new JsonObject()
                                    .put("type", type)
                                    .put("address", address)
                                    .put("replyAddress", "__vertx.reply.1")
                                    .put("body", forged));
                }
            }
        }
        await().atMost(SOON)
                .until(() -> shoppers.stream().allMatch(s -> s.errors().size() == 8));
        assertThat(callers.allClaim(sale).issued()).hasSize(10);
        await().atMost(SOON)
                .until(() -> shoppers.stream().allMatch(s -> s.coupons().size() == 1));
        assertThat(shoppers).allSatisfy(s -> {
            assertThat(s.heard("coupon.soldout")).isEmpty();
            assertThat(s.errors()).extracting(e -> e.getString("body")).containsOnly("access_denied");
            assertThat(s.strangers()).isEmpty();
        });
        assertThat(service.books().of(sale).rows()).hasSize(10);
    }

    @Test
    void whatTheStaffDoesIsHeardInOrder() {
        long sale = staff.opens(Sale.of(5));
        var callers = service.callers(6);
        shoppers = Shopper.of(service, callers, sale);
        staff.pauses(sale);
        everybodyHeard("coupon.event", "status", "paused");
        staff.resumes(sale);
        everybodyHeard("coupon.event", "status", "active");
        assertThat(callers.allClaim(sale).issued()).hasSize(5);
        everybodyHeard("coupon.soldout", "generation", 1);
        staff.setsTotal(sale, 50);
        everybodyHeard("coupon.reopened", "generation", 2);
        everybodyHeard("coupon.stock", "remainingCount", 45);
        staff.ends(sale);
        everybodyHeard("coupon.event", "status", "ended");
        assertThat(shoppers).allSatisfy(s -> {
            assertThat(s.heard("coupon.soldout")).hasSize(1);
            assertThat(s.heard("coupon.reopened")).hasSize(1);
        });
    }

    @Test
    void whoWasAwayAsksForWhatWasMissed() {
        long sale = staff.opens(Sale.of(100).perUser(3));
        var callers = service.callers(10);
        shoppers = Shopper.of(service, callers, sale);
        callers.allClaimWithKeys(sale, 1);
        await().atMost(SOON)
                .until(() -> shoppers.stream().allMatch(s -> s.coupons().size() == 1));
        service.restart();
        assertThat(shoppers).allSatisfy(s -> assertThat(s.heard("drain")).hasSize(1));
        callers.allClaimWithKeys(sale, 1); // some have not come back yet
        await().atMost(SOON).until(() -> shoppers.stream().allMatch(Shopper::isListening));
        callers.allClaimWithKeys(sale, 1);
        await().atMost(SOON).untilAsserted(() -> {
            shoppers.forEach(Shopper::asksForWhatItMissed);
            assertThat(shoppers)
                    .allSatisfy(s -> assertThat(s.coupons()).hasSize(3).doesNotHaveDuplicates());
        });
        assertThat(shoppers).allSatisfy(s -> assertThat(s.strangers()).isEmpty());
    }

    private long told() {
        return shoppers.stream().mapToLong(s -> s.heard("coupon.issued").size()).sum();
    }

    private void assertEachWinnerHeardTheirs(Answers answers) {
        for (Answer answer : answers.all()) {
            var shopper = shoppers.stream()
                    .filter(s -> s.caller().equals(answer.press().caller()))
                    .findFirst()
                    .orElseThrow();
            assertThat(shopper.heard("coupon.issued"))
                    .extracting(message -> message.body().getJsonObject("data").getLong("couponId"))
                    .isEqualTo(answer.issued() ? List.of(answer.couponId()) : List.of());
        }
    }

    private void everybodyHeard(String type, String name, Object value) {
        await().atMost(SOON).untilAsserted(() -> assertThat(shoppers)
                .allSatisfy(s -> assertThat(s.heard(type)).anySatisfy(message -> assertThat(
                                message.body().getJsonObject("data").getValue(name))
                        .isEqualTo(value))));
    }
}
