package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RushTest implements Timers {
    private long now = -TimeUnit.DAYS.toNanos(1);
    private double load;
    private int looks;
    private final Rush rush = calm();

    @Test
    void isOnFromTheRateOn() {
        spread(1_499, 1_499, 1_499, 1_499, 3);
        assertThat(rush.on()).isFalse();
        rush.issued(1);
        assertThat(rush.on()).isTrue();
        pass(600);
        assertThat(rush.on()).as("a whole second").isFalse();
    }

    @Test
    void isOnAtOnceWhenATenthOfASecondBringsAQuarter() {
        rush.issued(1_499);
        assertThat(rush.on()).isFalse();
        rush.issued(1);
        assertThat(rush.on()).isTrue();
        pass(900);
        assertThat(rush.on()).as("in its second").isTrue();
        pass(100);
        assertThat(rush.on()).as("after it").isFalse();
    }

    @Test
    void isNotOnForAsManyInALongerTime() {
        for (int i = 0; i < 60; i++) {
            rush.issued(599);
            assertThat(rush.on()).isFalse();
            pass(100);
        }
    }

    @Test
    void isOnFromATenthOnWhileTheProcessorsAreFull() {
        load = 0.9;
        for (int i = 0; i < 6; i++) {
            assertThat(each(59, 1) + each(60, 9)).as("one too few").isEqualTo(".".repeat(10));
        }
        assertThat(each(0, 10)).isEqualTo(".".repeat(10));
        assertThat(each(60, 12)).as("with the tenth and two more").isEqualTo(".".repeat(11) + "+");
        load = 0.89;
        assertThat(each(60, 1)).isEqualTo(".");
    }

    @Test
    void isNotOnForSmallCommitsThatFillTheProcessors() {
        load = 1;
        for (int i = 0; i < 60; i++) {
            pass(100);
            rush.issued(32);
            for (int j = 0; j < 17; j++) rush.issued(15);
            assertThat(rush.on()).isFalse();
        }
        pass(1_000);
        assertThat(rush.on()).isFalse();
        assertThat(each(160, 4)).as("small commits are forgotten").isEqualTo("..++");
    }

    @ParameterizedTest
    @CsvSource({"15, ....", "16, ..++"})
    void isOnWhenCommitsHoldSixteenOnAverage(int first, String seen) {
        load = 1;
        var was = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            pass(100);
            for (int j = 0; j < 59; j++) rush.issued(16);
            rush.issued(i == 0 ? first : 16);
            was.append(rush.on() ? '+' : '.');
        }
        assertThat(was).hasToString(seen);
    }

    @Test
    void goesOnGivingWayWhileMoreIsIssuedByIt() {
        load = 1;
        assertThat(each(200, 2))
                .as("told while it is seen what is issued like that")
                .isEqualTo("..");
        assertThat(each(200, 1)).isEqualTo("+");
        assertThat(each(300, 50)).isEqualTo("+".repeat(50));
        assertThat(each(0, 20)).as("in its second").isEqualTo("+++++++++...........");
    }

    @ParameterizedTest
    @CsvSource({"499, ++......", "500, ++++++++"})
    void keepsItUpFromAQuarterMoreOn(int coupons, String then) {
        load = 1;
        assertThat(each(400, 3)).isEqualTo("..+");
        assertThat(each(coupons, 8)).isEqualTo(then);
    }

    @Test
    void triesAgainAWhileAfterATrialThatBroughtNothing() {
        load = 1;
        assertThat(each(400, 650)).isEqualTo("..+++" + ".".repeat(603) + "+++" + ".".repeat(39));
    }

    @Test
    void triesAfterARushOnlyWhenItWasSeenWhatIsIssuedWithout() {
        load = 1;
        assertThat(each(6_000, 1)).isEqualTo("+");
        assertThat(each(400, 9)).as("in its second").isEqualTo("+".repeat(9));
        assertThat(each(400, 4)).isEqualTo("..++");
    }

    @Test
    void endsTheTrialWhenTheProcessorsAreNotFullAnyMore() {
        load = 1;
        assertThat(each(400, 4)).isEqualTo("..++");
        load = 0.89;
        assertThat(each(400, 1)).isEqualTo(".");
        load = 1;
        assertThat(each(400, 100)).as("claims did not need them").isEqualTo(".".repeat(100));
    }

    @Test
    void looksAtTheProcessorsOnceATenthAndOnlyWhenItMatters() {
        pass(100);
        rush.issued(149);
        assertThat(rush.on()).isFalse();
        assertThat(looks).isZero();
        rush.issued(1);
        assertThat(rush.on()).isFalse();
        load = 1;
        assertThat(rush.on()).isFalse();
        assertThat(looks).isOne();
        pass(100);
        assertThat(rush.on()).isFalse();
        assertThat(looks).isEqualTo(2);
        rush.issued(6_000);
        pass(100);
        assertThat(rush.on()).isTrue();
        assertThat(looks).isEqualTo(2);
    }

    @Test
    void forgetsAllWhenNothingIsIssuedForLong() {
        rush.issued(100_000);
        pass(TimeUnit.DAYS.toMillis(3));
        assertThat(rush.on()).isFalse();
    }

    private Rush calm() {
        return new Rush(6_000, this, () -> {
            looks++;
            return load;
        });
    }

    /** In one commit a tenth of a second; a plus for each in which it is on at the end. */
    private String each(int coupons, int tenths) {
        var seen = new StringBuilder();
        for (int i = 0; i < tenths; i++) {
            pass(100);
            rush.issued(coupons);
            seen.append(rush.on() ? '+' : '.');
        }
        return seen.toString();
    }

    /** A tenth of a second each. */
    private void spread(int... coupons) {
        for (int some : coupons) {
            pass(100);
            rush.issued(some);
        }
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void soon(Runnable task) {
        task.run();
    }

    @Override
    public void after(long millis, Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RandomGenerator random() {
        throw new UnsupportedOperationException();
    }
}
