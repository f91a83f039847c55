package io.couponrush.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SamplingTest {
    private static final TraceParent RECORDED = new TraceParent("a".repeat(32), "b".repeat(16), true);
    private static final TraceParent UNRECORDED = new TraceParent("a".repeat(32), "b".repeat(16), false);

    private final AtomicLong now = new AtomicLong();

    @Test
    void takesAShareOfWhatNobodyTraces() {
        assertThat(taken(of(0, 5), null, 1_000)).isZero();
        assertThat(taken(of(1, 5), null, 1_000)).isEqualTo(1_000);
        assertThat(taken(of(0.1, 5), null, 10_000)).isBetween(700L, 1_300L);
    }

    @Test
    void believesCallersUpToSoManyASecond() {
        Sampling sampling = of(1, 5);
        assertThat(taken(sampling, RECORDED, 50)).isEqualTo(5);
        now.addAndGet(999_999_999);
        assertThat(taken(sampling, RECORDED, 50)).isZero();
        now.addAndGet(1);
        assertThat(taken(sampling, RECORDED, 50)).isEqualTo(5);
    }

    @Test
    void leavesWhatACallerDoesNotRecord() {
        assertThat(taken(of(1, 5), UNRECORDED, 50)).isZero();
        assertThat(taken(of(1, 0), RECORDED, 50)).isZero();
    }

    private Sampling of(double ratio, int parentsPerSecond) {
        return new Sampling(ratio, parentsPerSecond, now::get);
    }

    private static long taken(Sampling sampling, @Nullable TraceParent parent, int times) {
        return IntStream.range(0, times).filter(i -> sampling.takes(parent)).count();
    }
}
