package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private final AtomicLong now = new AtomicLong(-5); // the nanosecond clock may be below zero
    private final RateLimiter limiter = new RateLimiter("issue", 5, 10, 100, now::get);

    @Test
    void givesTheBurstAndThenWhatIsRefilled() {
        assertThat(taken(20)).isEqualTo(10);
        pass(1, TimeUnit.SECONDS);
        assertThat(taken(20)).isEqualTo(5);
        pass(199, TimeUnit.MILLISECONDS);
        assertThat(taken(1)).isZero();
        pass(1, TimeUnit.MILLISECONDS);
        assertThat(taken(2)).isEqualTo(1);
    }

    @Test
    void holdsNoMoreThanTheBurstHoweverLongItWaits() {
        assertThat(taken(3)).isEqualTo(3);
        pass(1, TimeUnit.HOURS);
        assertThat(taken(50)).isEqualTo(10);
    }

    @Test
    void keepsOneKeyFromTheOther() {
        assertThat(taken(20)).isEqualTo(10);
        assertThat(limiter.take("another")).isNull();
    }

    @Test
    void tellsWhenToComeBack() {
        assertThat(taken(10)).isEqualTo(10);
        Problem refused = Objects.requireNonNull(limiter.take("somebody"));
        assertThat(refused.code()).isEqualTo(ProblemCode.RATE_LIMITED);
        assertThat(refused.headers())
                .containsEntry("Retry-After", "1")
                .containsEntry("RateLimit", "\"issue\";r=0;t=1")
                .containsEntry("RateLimit-Policy", "\"issue\";q=10;w=2");
    }

    @Test
    void forgetsKeysBeyondItsTable() {
        IntStream.range(0, 10_000).forEach(key -> assertThat(limiter.take(key)).isNull());
        assertThat(limiter.size()).isLessThanOrEqualTo(100);
    }

    @Test
    void givesNoMoreToManyThreads() {
        long taken = IntStream.range(0, 1_000)
                .parallel()
                .filter(i -> limiter.take("crowd") == null)
                .count();
        assertThat(taken).isEqualTo(10);
    }

    private long taken(int tries) {
        return IntStream.range(0, tries)
                .filter(i -> limiter.take("somebody") == null)
                .count();
    }

    private void pass(long time, TimeUnit unit) {
        now.addAndGet(unit.toNanos(time));
    }
}
