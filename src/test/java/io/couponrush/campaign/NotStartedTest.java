package io.couponrush.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotStartedTest {
    /** Whoever comes back after so many whole seconds is not early again. */
    @ParameterizedTest
    @CsvSource({"PT2M, 120", "PT1.5S, 2", "PT1S, 1", "PT0.000000001S, 1", "PT0S, 1", "PT-3S, 1"})
    void saysWhenItStarts(Duration left, String seconds) {
        Instant start = Sample.campaign().terms().startTime();
        Problem problem = NotStarted.problem(Sample.campaign(), start.minus(left));
        assertThat(problem.code()).isEqualTo(ProblemCode.EVENT_NOT_STARTED);
        assertThat(problem.headers()).containsEntry("Retry-After", seconds);
        assertThat(problem.extras()).containsEntry("startTime", start.toString());
    }
}
