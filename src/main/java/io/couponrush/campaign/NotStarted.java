package io.couponrush.campaign;

import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import java.time.Duration;
import java.time.Instant;

/** The answer to whoever comes too early: says when the campaign starts, in two ways. */
public final class NotStarted {
    private static final Duration ALMOST_A_SECOND = Duration.ofSeconds(1).minusNanos(1);

    private NotStarted() {}

    /** Who waits as long as {@code Retry-After} says does not come too early again. */
    public static Problem problem(Campaign campaign, Instant now) {
        Instant start = campaign.terms().startTime();
        return Problem.of(ProblemCode.EVENT_NOT_STARTED)
                .with("startTime", start.toString())
                .retryAfter(Duration.between(now, start).plus(ALMOST_A_SECOND).toSeconds());
    }
}
