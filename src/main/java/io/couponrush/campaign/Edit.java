package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import java.time.Instant;

/** Makes of a campaign what the staff wants it to be, or says why not. Decided under the row's lock, by Postgres' time. */
@FunctionalInterface
interface Edit {
    Answer<Campaign> apply(Campaign campaign, Instant now);

    Edit PAUSE = (campaign, now) -> hasEnded(campaign, now) ? ended() : Answer.given(campaign.withPaused(true));

    Edit RESUME = (campaign, now) -> hasEnded(campaign, now) ? ended() : Answer.given(campaign.withPaused(false));

    /**
     * Ends now. What has not started yet is called off: its window becomes the empty instant before now, since a window
     * has to end after it starts.
     */
    Edit END = (campaign, now) -> {
        if (hasEnded(campaign, now)) {
            return Answer.given(campaign);
        }
        Instant start = campaign.terms().startTime();
        Instant latest = now.minusMillis(1);
        return Answer.given(campaign.with(campaign.terms().withWindow(start.isBefore(latest) ? start : latest, now)));
    };

    /** Denies with 412 when the client has seen another version than this one. */
    default Edit onlyIf(IfMatch condition) {
        return (campaign, now) ->
                condition.holds(campaign) ? apply(campaign, now) : Answer.denied(ProblemCode.PRECONDITION_FAILED);
    }

    /** Whether claims that were reserved before must not be issued after. */
    static boolean fences(Campaign before, Campaign after) {
        Terms was = before.terms();
        Terms is = after.terms();
        return was.totalCount() != is.totalCount()
                || was.maxPerUser() != is.maxPerUser()
                || !was.startTime().equals(is.startTime())
                || !was.endTime().equals(is.endTime())
                || was.audience() != is.audience()
                || before.paused() != after.paused();
    }

    static Answer<Campaign> conflict(String why) {
        return Answer.denied(Problem.of(ProblemCode.EVENT_STATE_CONFLICT, why));
    }

    private static boolean hasEnded(Campaign campaign, Instant now) {
        return campaign.status(now) == CampaignStatus.ENDED;
    }

    private static Answer<Campaign> ended() {
        return conflict("the event has ended");
    }
}
