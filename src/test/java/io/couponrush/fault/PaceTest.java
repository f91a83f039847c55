package io.couponrush.fault;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Callers.Caller;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long ORIGIN = Long.MAX_VALUE - MILLISECONDS.toNanos(4_000); // nanoTime may wrap

    private final List<Answer> answers = new ArrayList<>();

    @Test
    void isTwiceWhatItWasBeforeTheFault() {
        steadily(0, 2_000, 80);
        assertThat(Pace.of(answers, at(0), at(2_000), 20).limit()).isEqualTo(MILLISECONDS.toNanos(160));
        assertThat(Pace.of(List.of(), at(0), at(2_000), 20).limit()).isEqualTo(MILLISECONDS.toNanos(100));
    }

    @Test
    void isRecoveredAtOnceWhenNobodyFeltAnything() {
        steadily(0, 8_000, 10);
        assertThat(recovery(3_000, 8_000)).hasValue(0);
    }

    @Test
    void isNotRecoveredWhileSomebodyHasNoLastWord() {
        steadily(0, 8_000, 10);
        answers.add(answer(503, 4_000, 4_600));
        assertThat(recovery(3_000, 8_000)).hasValue(1.6);
    }

    @Test
    void isNotRecoveredWhileCouponsAreSlowOrRare() {
        steadily(0, 2_000, 10);
        steadily(3_000, 5_000, 900);
        steadily(6_000, 8_000, 10);
        assertThat(recovery(3_000, 5_900)).isEmpty();
        assertThat(recovery(3_000, 8_000).orElseThrow()).isBetween(2.0, 3.1);
    }

    private java.util.OptionalDouble recovery(long over, long until) {
        return Pace.of(answers, at(0), at(2_000), 20).recovery(answers, at(over), at(until));
    }

    /** A coupon each 10 ms, each of which took so long. */
    private void steadily(long from, long until, long took) {
        for (long end = from; end < until; end += 10) answers.add(answer(201, end - took, end));
    }

    private static Answer answer(int status, long started, long ended) {
        var press = new Press(new Caller(1, ""), 1, "key");
        return new Answer(press, status, MultiMap.caseInsensitiveMultiMap(), "{}", at(started), at(ended));
    }

    private static long at(long millis) {
        return ORIGIN + MILLISECONDS.toNanos(millis);
    }
}
