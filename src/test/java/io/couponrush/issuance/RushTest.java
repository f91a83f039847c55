package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RushTest implements Timers {
    private long now = -TimeUnit.DAYS.toNanos(1);
    private final Rush rush = new Rush(6_000, this);

    @Test
    void isOnFromTheRateOnAndForTheSecondAfter() {
        rush.issued(5_999);
        assertThat(rush.on()).isFalse();
        rush.issued(1);
        assertThat(rush.on()).isTrue();
        pass(1_000);
        assertThat(rush.on()).isTrue();
        pass(1_000);
        assertThat(rush.on()).isFalse();
    }

    @Test
    void isNotOnForAsManyInALongerTime() {
        for (int i = 0; i < 20; i++) {
            rush.issued(2_900);
            assertThat(rush.on()).isFalse();
            pass(500);
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
