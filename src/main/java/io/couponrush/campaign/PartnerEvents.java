package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Caller;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * Which campaigns a caller may give coupons of: who runs campaigns, of all; who does not, of those that were given. Asked
 * anew for each request, so that what was taken back is gone with the answer. Thread-safe.
 */
public final class PartnerEvents {
    private final Campaigns campaigns;
    private final PartnerEventStore store;

    public PartnerEvents(Campaigns campaigns, PartnerEventStore store) {
        this.campaigns = campaigns;
        this.store = store;
    }

    /** Goes on with the campaign; EVENT_NOT_FOUND where there is none, FORBIDDEN where it is not the caller's. */
    public <T> Future<Answer<T>> with(Caller caller, long eventId, Function<Campaign, Future<Answer<T>>> next) {
        return campaigns.with(eventId, campaign -> mayReach(caller, eventId)
                .compose(may ->
                        may ? next.apply(campaign) : Future.succeededFuture(Answer.denied(ProblemCode.FORBIDDEN))));
    }

    private Future<Boolean> mayReach(Caller caller, long eventId) {
        return caller.may(Permission.RUN_CAMPAIGNS)
                ? Future.succeededFuture(true)
                : store.has(caller.userId(), eventId);
    }
}
