package io.couponrush.fault;

import io.couponrush.testkit.Answer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * How quickly coupons are answered, second by second (I20).
 *
 * @param limit nanoseconds under which 95 of 100 have to be again
 * @param enough coupons a second that are worth counting
 */
record Pace(long limit, int enough) {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);

    /** Below this, twice as slow is what a busy machine does without any fault. */
    private static final long FLOOR = TimeUnit.MILLISECONDS.toNanos(100);

    /** Twice what it was between those two moments. */
    static Pace of(List<Answer> answers, long from, long until, int enough) {
        long[] before = answers.stream()
                .filter(a -> a.issued() && a.ended() - from >= 0 && a.ended() - until < 0)
                .mapToLong(a -> a.ended() - a.started())
                .toArray();
        return new Pace(Math.max(FLOOR, before.length == 0 ? 0 : 2 * p95(before)), enough);
    }

    /**
     * Seconds from {@code over} until a whole second went by in that pace, after the last claim that was not answered for
     * good; empty when it has not come to that.
     */
    OptionalDouble recovery(List<Answer> answers, long over, long until) {
        List<Answer> since = answers.stream()
                .filter(a -> a.ended() - over > 0 && a.ended() - until <= 0)
                .toList();
        long calm = since.stream()
                .filter(a -> !a.isFinal())
                .mapToLong(a -> a.ended() - over)
                .max()
                .orElse(0);
        for (long at = calm; at + SECOND <= until - over; at += STEP) {
            long begin = over + at;
            long[] second = since.stream()
                    .filter(a -> a.issued() && a.ended() - begin > 0 && a.ended() - begin <= SECOND)
                    .mapToLong(a -> a.ended() - a.started())
                    .toArray();
            if (second.length >= enough && p95(second) <= limit) return OptionalDouble.of(at / 1e9);
        }
        return OptionalDouble.empty();
    }

    private static long p95(long[] nanos) {
        java.util.Arrays.sort(nanos);
        return nanos[(nanos.length - 1) * 95 / 100];
    }
}
