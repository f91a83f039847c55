package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentWritesTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final RecentWrites recent = new RecentWrites(Duration.ofSeconds(2), nanos::get);

    @Test
    void remembersForAMoment() {
        recent.mark(7);
        assertThat(recent.has(7)).isTrue();
        assertThat(recent.has(8)).isFalse();
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(recent.has(7)).isFalse();
        recent.mark(7);
        assertThat(recent.has(7)).isTrue();
    }

    /** Whoever falls into the same slot is remembered as well, never instead. */
    @Test
    void forgetsNobodyInACrowd() {
        LongStream.range(0, 300_000).forEach(recent::mark);
        assertThat(LongStream.range(0, 300_000)).allMatch(recent::has);
    }

    @Test
    void remembersNobodyForNoTime() {
        var never = new RecentWrites(Duration.ZERO, nanos::get);
        never.mark(7);
        assertThat(never.has(7)).isFalse();
    }
}
