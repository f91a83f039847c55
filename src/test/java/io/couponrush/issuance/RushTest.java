package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RushTest implements Timers {
    private long now = -TimeUnit.DAYS.toNanos(1);
    private double load;
    private int looks;
    private final Rush rush = new Rush(6_000, this, () -> {
        looks++;
        return load;
    });

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
        spread(149, 149, 149, 149, 3);
        assertThat(rush.on()).isFalse();
        rush.issued(1);
        assertThat(rush.on()).isTrue();
        load = 0.89;
        pass(100);
        assertThat(rush.on()).isFalse();
    }

    @Test
    void isNotOnForSmallCommitsThatFillTheProcessors() {
        load = 1;
        pass(100);
        for (int i = 0; i < 60; i++) rush.issued(i < 59 ? 16 : 15);
        assertThat(rush.on()).isFalse();
        rush.issued(17);
        assertThat(rush.on()).isTrue();
        for (int i = 0; i < 60; i++) {
            pass(100);
            rush.issued(32);
            for (int j = 0; j < 17; j++) rush.issued(15);
            if (i >= 10) assertThat(rush.on()).isFalse();
        }
        pass(1_000);
        rush.issued(600);
        assertThat(rush.on()).as("small commits are forgotten").isTrue();
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
        assertThat(rush.on()).isTrue();
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
