package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.NotStarted;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import java.time.Instant;

/** Refused and deferred claims as problems. */
final class IssueProblems {
    private IssueProblems() {}

    static Problem of(Refused refused, Campaign campaign, Instant now) {
        return switch (refused.why()) { // no default: a new refusal stops the build here
            case EVENT_NOT_FOUND -> Problem.of(ProblemCode.EVENT_NOT_FOUND);
            case EVENT_NOT_STARTED -> NotStarted.problem(campaign, now);
            case EVENT_ENDED -> Problem.of(ProblemCode.EVENT_ENDED);
            case EVENT_PAUSED -> Problem.of(ProblemCode.EVENT_PAUSED);
            case FORBIDDEN -> Problem.of(ProblemCode.FORBIDDEN, "The event is for those who were invited.");
            case EVENT_IS_DRAW -> Problem.of(ProblemCode.EVENT_IS_DRAW);
            case COUPON_SOLD_OUT -> Problem.of(ProblemCode.COUPON_SOLD_OUT);
            case USER_LIMIT_EXCEEDED -> Problem.of(ProblemCode.USER_LIMIT_EXCEEDED)
                    .with("couponCodes", refused.couponCodes());
            case IDEMPOTENCY_KEY_REUSED -> Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED);
        };
    }

    static Problem of(Deferred deferred) {
        var code = deferred.overloaded() ? ProblemCode.OVERLOADED : ProblemCode.UNAVAILABLE;
        return Problem.of(code, "Nothing was issued, or a retry with the same Idempotency-Key finds it.")
                .retryAfter(deferred.retryAfterSeconds());
    }
}
