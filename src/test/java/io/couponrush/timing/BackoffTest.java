package io.couponrush.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(100, 5_000);
    private final RandomGenerator random = new SplittableRandom(1);

    @Test
    void restsTwiceAsLongAfterEachFailureUpToTheLongest() {
        for (long most : new long[] {100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000}) {
            assertThat(backoff.next(random)).isBetween(most / 2, most);
        }
    }

    @Test
    void neverRestsLongerHoweverOftenItFails() {
        for (int failure = 0; failure < 1_000; failure++) {
            assertThat(backoff.next(random)).isBetween(50L, 5_000L);
        }
    }

    @Test
    void twoDoNotRestEquallyLong() {
        var other = new Backoff(100, 5_000);
        for (int failure = 0; failure < 6; failure++) {
            assertThat(backoff.next(random) + other.next(random)).isPositive();
        }
        assertThat(backoff.next(random)).isNotEqualTo(other.next(random));
    }

    @Test
    void beginsAnewAfterASuccess() {
        for (int failure = 0; failure < 6; failure++)
            assertThat(backoff.next(random)).isPositive();
        assertThat(backoff.failures()).isEqualTo(6);
        backoff.succeeded();
        assertThat(backoff.failures()).isZero();
        assertThat(backoff.next(random)).isBetween(50L, 100L);
    }

    @Test
    void aRestIsNeverNothing() {
        var short1 = new Backoff(1, 1);
        for (int failure = 0; failure < 20; failure++)
            assertThat(short1.next(random)).isEqualTo(1);
    }
}
