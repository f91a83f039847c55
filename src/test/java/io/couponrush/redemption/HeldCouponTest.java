package io.couponrush.redemption;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.campaign.DiscountType;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.redemption.HeldCoupon.Status;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeldCouponTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant EXPIRY = NOON.plusSeconds(60);
    private static final Discount TENTH =
            new Discount(DiscountType.PERCENTAGE, BigDecimal.TEN, new BigDecimal("100"), BigDecimal.ZERO);

    private static HeldCoupon coupon(Status status, Instant now) {
        return new HeldCoupon(1, 2, status, EXPIRY, null, null, TENTH, now);
    }

    private static HeldCoupon usedFor(Order order) {
        return new HeldCoupon(
                1, 2, Status.USED, EXPIRY, order.orderId(), new Use(order, BigDecimal.ONE, NOON), TENTH, NOON);
    }

    private static Order order(String id, String amount) {
        return new Order(id, new BigDecimal(amount));
    }

    @Test
    void isUsedUntilItExpires() {
        Use use = given(coupon(Status.ACTIVE, EXPIRY.minusNanos(1)).use(order("A", "200")));
        assertThat(use.usedAt()).isEqualTo(EXPIRY.minusNanos(1));
        assertThat(use.finalAmount()).isEqualByComparingTo("180");
        assertThat(code(coupon(Status.ACTIVE, EXPIRY).use(order("A", "200")))).isEqualTo(ProblemCode.COUPON_EXPIRED);
        assertThat(code(coupon(Status.EXPIRED, NOON).use(order("A", "200")))).isEqualTo(ProblemCode.COUPON_EXPIRED);
    }

    @Test
    void isRevokedBeforeItIsExpired() {
        assertThat(code(coupon(Status.REVOKED, EXPIRY).use(order("A", "200"))))
                .isEqualTo(ProblemCode.COUPON_NOT_ACTIVE);
    }

    @Test
    void saysHowMuchMoreHasToBeBought() {
        Problem problem = denied(coupon(Status.ACTIVE, NOON).use(order("A", "99.99")));
        assertThat(problem.code()).isEqualTo(ProblemCode.MIN_PURCHASE_NOT_MET);
        assertThat(problem.extras()).containsEntry("minPurchaseAmount", new BigDecimal("100"));
    }

    @Test
    void tellsItsOrderTheSameAgain() {
        HeldCoupon used = usedFor(order("A", "200"));
        assertThat(given(used.use(order("A", "200.00")))).isSameAs(used.use());
        assertThat(code(used.use(order("A", "200.01")))).isEqualTo(ProblemCode.IDEMPOTENCY_KEY_REUSED);
        assertThat(code(used.use(order("B", "200")))).isEqualTo(ProblemCode.COUPON_NOT_ACTIVE);
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void isCancelledByItsOrderOnly(Status status) {
        HeldCoupon used = usedFor(order("A", "200"));
        assertThat(given(used.cancel("A"))).isTrue();
        assertThat(code(used.cancel("B"))).isEqualTo(ProblemCode.COUPON_NOT_ACTIVE);
        HeldCoupon cancelled = new HeldCoupon(1, 2, status, EXPIRY, "A", null, TENTH, EXPIRY);
        assertThat(given(cancelled.cancel("A"))).as("cancelled before").isFalse();
        assertThat(code(coupon(status, NOON).cancel("A"))).as("never used").isEqualTo(ProblemCode.COUPON_NOT_ACTIVE);
    }

    /** Whatever is asked in whatever order: one order at a time, one answer for each use, nothing after the expiry. */
    @Test
    void servesOneOrderAtATime() {
        for (int seed = 0; seed < 2_000; seed++) {
            walk(new Random(seed), "seed " + seed);
        }
    }

    private static void walk(Random random, String name) {
        HeldCoupon coupon = coupon(Status.ACTIVE, NOON);
        List<Use> uses = new ArrayList<>();
        for (int step = 0; step < 40; step++) {
            coupon = at(coupon, coupon.now().plusSeconds(1 + random.nextInt(4)));
            String by = List.of("A", "B", "C").get(random.nextInt(3));
            Use before = coupon.use();
            if (random.nextInt(3) > 0) {
                Answer<Use> answer = coupon.use(order(by, Integer.toString(90 + 10 * random.nextInt(3))));
                if (answer instanceof Answer.Given<Use> given) {
                    Use use = given.value();
                    assertThat(use.order().orderId()).as(name).isEqualTo(by);
                    assertThat(use.usedAt()).as(name).isBefore(EXPIRY);
                    if (before == null) uses.add(use);
                    else assertThat(use).as(name).isSameAs(before);
                    coupon = with(coupon, Status.USED, by, use);
                }
            } else if (coupon.cancel(by) instanceof Answer.Given<Boolean> given && given.value()) {
                assertThat(before).as(name).isNotNull().returns(by, use -> use.order()
                        .orderId());
                coupon = with(coupon, Status.ACTIVE, by, null);
            }
        }
        assertThat(uses).as(name).isNotEmpty().doesNotHaveDuplicates();
    }

    private static HeldCoupon at(HeldCoupon coupon, Instant now) {
        return new HeldCoupon(1, 2, coupon.status(), EXPIRY, coupon.orderId(), coupon.use(), TENTH, now);
    }

    private static HeldCoupon with(HeldCoupon coupon, Status status, String orderId, @Nullable Use use) {
        return new HeldCoupon(1, 2, status, EXPIRY, orderId, use, TENTH, coupon.now());
    }

    private static <T> T given(Answer<T> answer) {
        assertThat(answer).isInstanceOf(Answer.Given.class);
        return ((Answer.Given<T>) answer).value();
    }

    private static <T> Problem denied(Answer<T> answer) {
        assertThat(answer).isInstanceOf(Answer.Denied.class);
        return ((Answer.Denied<T>) answer).problem();
    }

    private static <T> ProblemCode code(Answer<T> answer) {
        return denied(answer).code();
    }
}
