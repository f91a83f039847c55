package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignTest {
    private static final Counters NOTHING = new Counters(Map.of());

    @Test
    void slowAnswersShowOnlyBeyondWhatIsUsual() {
        var sign = Sign.slowerThan(100);
        assertThat(sign.seen(NOTHING, answers(90, 10), answers(180, 20))).isZero();
        assertThat(sign.seen(NOTHING, answers(90, 10), answers(100, 100))).isEqualTo(80);
        assertThat(sign.seen(NOTHING, answers(100, 0), answers(100, 1))).isOne();
    }

    @Test
    void aCounterShowsByHowMuchItGrew() {
        var grown = new Counters(Map.of("rebuilds", 2L));
        assertThat(Sign.counter("rebuilds").seen(grown, List.of(), List.of())).isEqualTo(2);
    }

    private static List<Answer> answers(int quick, int slow) {
        var answers = new ArrayList<Answer>();
        for (int i = 0; i < quick + slow; i++) {
            long took = TimeUnit.MILLISECONDS.toNanos(i < quick ? 10 : 500);
            answers.add(new Answer(
                    new Press(null, 1, null), 201, MultiMap.caseInsensitiveMultiMap(), "", 1_000, 1_000 + took));
        }
        return answers;
    }
}
