package io.couponrush.grant;

import io.couponrush.audit.Deed;
import io.couponrush.backing.Postgres;
import io.couponrush.backing.RabbitDeliveries;
import io.couponrush.backing.RabbitMessage;
import io.couponrush.campaign.CampaignNews;
import io.couponrush.grant.GrantRequest.Good;
import io.couponrush.grant.GrantRequest.Poison;
import io.couponrush.grant.GrantRequest.Reading;
import io.couponrush.http.Contract;
import io.couponrush.ops.DeliveryMeters;
import io.couponrush.timing.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grants what messages ask for: issue, put the answer into the outbox, acknowledge, in this order, so that each message comes
 * to one coupon and one answer however often it is delivered. Belongs to one event loop.
 *
 * <p>What cannot be decided now is held and tried again, not given back: the prefetch is the limit. What can never work is
 * refused at once.
 */
final class GrantInbox {
    private static final Logger LOG = LoggerFactory.getLogger(GrantInbox.class);
    private static final long REST_FIRST_MS = 50;
    private static final long REST_MAX_MS = 2_000;

    private final Vertx vertx;
    private final Grant grant;
    private final GrantStore store;
    private final Contract.Checker schema;
    private final CampaignNews news;
    private final DeliveryMeters meters;
    private final Set<Future<Void>> underWay = new HashSet<>();

    /** Grants one coupon and says what became of it, as the API does. */
    @FunctionalInterface
    interface Grant {
        Future<Answered> grant(GrantRequest request);
    }

    /**
     * What became of a grant.
     *
     * @param open not final: to be tried again
     */
    record Answered(JsonObject answer, boolean open) {}

    private record Delivery(RabbitDeliveries from, long tag, GrantRequest request) {}

    GrantInbox(
            Vertx vertx,
            Grant grant,
            GrantStore store,
            Contract.Checker schema,
            CampaignNews news,
            DeliveryMeters meters) {
        this.vertx = vertx;
        this.grant = grant;
        this.store = store;
        this.schema = schema;
        this.news = news;
        this.meters = meters;
    }

    void take(RabbitDeliveries from, long tag, RabbitMessage message) {
        Reading reading = GrantRequest.read(schema, message.id(), message.body());
        if (reading instanceof Good good) {
            Future<Void> working = handle(new Delivery(from, tag, good.request()), backoff());
            underWay.add(working);
            working.onComplete(done -> underWay.remove(working));
        } else {
            refuse(from, tag, String.valueOf(message.id()), ((Poison) reading).why());
        }
    }

    /** Done when all that is under way is. */
    Future<Void> idle() {
        return Future.join(List.copyOf(underWay)).mapEmpty();
    }

    /** Never fails. */
    private Future<Void> handle(Delivery delivery, Backoff backoff) {
        GrantRequest request = delivery.request();
        return store.answerTo(request.messageId())
                .compose(told -> told.isPresent() ? Future.succeededFuture(told.get()) : answer(request))
                .onSuccess(told -> conclude(delivery, told))
                .<Void>mapEmpty()
                .recover(failure -> failed(delivery, failure, backoff));
    }

    /** The answer that stands, to this message or to an earlier one of the same id. */
    private Future<JsonObject> answer(GrantRequest request) {
        return grant.grant(request)
                .compose(granted -> granted.open()
                        ? Future.failedFuture("not decided yet")
                        : store.answer(
                                        request.messageId(),
                                        request.eventId(),
                                        granted.answer().put("requestId", request.messageId()),
                                        Deed.ofTheService("event.grant"))
                                .onSuccess(v -> news.outboxWritten()));
    }

    /** Two senders may have chosen the same id; the second must not take the answer to the first for its own. */
    private void conclude(Delivery delivery, JsonObject told) {
        GrantRequest request = delivery.request();
        if (told.getLong("eventId") == request.eventId() && told.getLong("userId") == request.userId()) {
            acknowledge(delivery);
        } else {
            refuse(delivery.from(), delivery.tag(), request.messageId(), "its id is that of another grant");
        }
    }

    private void acknowledge(Delivery delivery) {
        if (delivery.from().current()) {
            delivery.from().acknowledgeOne(delivery.tag());
        } else {
            meters.staleAck();
        }
    }

    private Future<Void> failed(Delivery delivery, Throwable failure, Backoff backoff) {
        if (!delivery.from().current()) {
            return Future.succeededFuture(); // it comes again
        }
        if (Postgres.isPoison(failure)) {
            refuse(delivery.from(), delivery.tag(), delivery.request().messageId(), failure.toString());
            return Future.succeededFuture();
        }
        LOG.atDebug().log("grant not decided, trying again: {}", failure.toString());
        return vertx.timer(backoff.next(ThreadLocalRandom.current()), TimeUnit.MILLISECONDS)
                .compose(v -> handle(delivery, backoff));
    }

    private static Backoff backoff() {
        return new Backoff(REST_FIRST_MS, REST_MAX_MS);
    }

    private void refuse(RabbitDeliveries from, long tag, String messageId, String why) {
        meters.poison();
        LOG.atWarn().addKeyValue("messageId", messageId).log("grant refused, now a dead letter: {}", why);
        if (from.current()) {
            from.refuse(tag);
        }
    }
}
