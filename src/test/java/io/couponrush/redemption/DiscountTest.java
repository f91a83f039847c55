package io.couponrush.redemption;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.campaign.DiscountType;
import java.math.BigDecimal;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscountTest {
    private static final BigDecimal CENT = new BigDecimal("0.01");
    private static final int TRIES = 20_000;

    @ParameterizedTest(name = "{0} {1}, at most {2}, of {3} is {4}")
    @CsvSource({
        "PERCENTAGE, 10, 0, 30000, 3000",
        "PERCENTAGE, 10, 2000, 30000, 2000",
        "PERCENTAGE, 10, 3000, 30000, 3000",
        "PERCENTAGE, 15, 0, 99.99, 14.99",
        "PERCENTAGE, 33.33, 0, 0.03, 0",
        "PERCENTAGE, 50, 0, 0.01, 0",
        "PERCENTAGE, 100, 0, 12.34, 12.34",
        "PERCENTAGE, 0.01, 0, 9999999999.99, 999999.99",
        "FIXED, 1000, 0, 30000, 1000",
        "FIXED, 1000, 0, 1000, 1000",
        "FIXED, 1000, 0, 999.99, 999.99",
        "FIXED, 1000, 500, 30000, 500",
    })
    void takesOffWhatTheTermsSay(DiscountType type, String value, String most, String purchase, String off) {
        var discount = new Discount(type, number(value), BigDecimal.ZERO, number(most));
        assertThat(discount.on(number(purchase))).isEqualByComparingTo(number(off));
    }

    @Test
    void isForPurchasesFromItsMinimumOn() {
        var discount = new Discount(DiscountType.FIXED, number("5"), number("1E+4"), BigDecimal.ZERO);
        assertThat(discount.isFor(number("9999.99"))).isFalse();
        assertThat(discount.isFor(number("10000.00"))).isTrue();
    }

    @Test
    void isNeverAboveThePurchaseOrItsLimitAndNeverBelowNothing() {
        anyDiscounts((discount, purchase) -> {
            BigDecimal off = discount.on(purchase);
            assertThat(off).isBetween(BigDecimal.ZERO, purchase);
            if (discount.most().signum() > 0) assertThat(off).isLessThanOrEqualTo(discount.most());
        });
    }

    @Test
    void isMoneyOfAtMostTwoDecimals() {
        anyDiscounts((discount, purchase) ->
                assertThat(discount.on(purchase).stripTrailingZeros().scale()).isLessThanOrEqualTo(2));
    }

    /** In exact arithmetic, multiplied out so that nothing is divided. */
    @Test
    void ofAPercentageIsLessThanACentBelowItAndNeverAbove() {
        anyDiscounts((discount, purchase) -> {
            if (discount.type() != DiscountType.PERCENTAGE || discount.most().signum() > 0) return;
            BigDecimal hundredfold = purchase.multiply(discount.value());
            BigDecimal off = discount.on(purchase);
            assertThat(off.movePointRight(2)).isLessThanOrEqualTo(hundredfold);
            assertThat(off.add(CENT).movePointRight(2)).isGreaterThan(hundredfold);
        });
    }

    @Test
    void isNeverLessForAPurchaseOfMore() {
        anyDiscounts((discount, purchase) ->
                assertThat(discount.on(purchase.add(CENT))).isGreaterThanOrEqualTo(discount.on(purchase)));
    }

    @Test
    void doesNotDependOnHowAnAmountIsWritten() {
        anyDiscounts((discount, purchase) -> assertThat(discount.on(purchase.setScale(9)))
                .isEqualByComparingTo(discount.on(purchase.stripTrailingZeros())));
    }

    private static void anyDiscounts(BiConsumer<Discount, BigDecimal> holds) {
        var random = new Random(2026);
        for (int i = 0; i < TRIES; i++) {
            DiscountType type = random.nextBoolean() ? DiscountType.PERCENTAGE : DiscountType.FIXED;
            BigDecimal value = type == DiscountType.PERCENTAGE ? cents(random, 10_000) : money(random);
            BigDecimal most = random.nextBoolean() ? BigDecimal.ZERO : money(random);
            holds.accept(new Discount(type, value, BigDecimal.ZERO, most), money(random));
        }
    }

    /** From a cent to the most that the API takes; each order of magnitude as often as the others. */
    private static BigDecimal money(Random random) {
        return cents(random, (long) Math.pow(10, 1 + random.nextInt(12)) - 1);
    }

    private static BigDecimal cents(Random random, long most) {
        return BigDecimal.valueOf(1 + Math.floorMod(random.nextLong(), most), 2);
    }

    private static BigDecimal number(String text) {
        return new BigDecimal(text);
    }
}
