package io.couponrush.notification;

import io.couponrush.backing.Postgres;
import io.couponrush.backing.RabbitDeliveries;
import io.couponrush.backing.RabbitMessage;
import io.couponrush.bus.Notice;
import io.couponrush.notification.NoticeStore.Added;
import io.couponrush.notification.NoticeStore.Fate;
import io.couponrush.notification.NoticeStore.NotAdded;
import io.couponrush.ops.DeliveryMeters;
import io.couponrush.timing.Backoff;
import io.couponrush.tracing.Span;
import io.couponrush.tracing.TraceParent;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns deliveries into notices, batch by batch: store, tell, acknowledge, in this order. Belongs to one event loop.
 *
 * <p>While Postgres is away the batch is held and tried again, not given back: the prefetch is the limit. What can never
 * work is refused at once.
 */
final class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final int BATCH = 500;
    private static final long REST_FIRST_MS = 50;
    private static final long REST_MAX_MS = 2_000;

    private final Vertx vertx;
    private final @Nullable Tracing tracing;
    private final Keep keep;
    private final Consumer<List<Notice>> tell;
    private final DeliveryMeters meters;
    private final Recent recent = new Recent();
    private final ArrayDeque<Delivery> pending = new ArrayDeque<>();
    private boolean busy;
    private Future<Void> working = Future.succeededFuture();

    /** Stores messages and says what became of each. */
    @FunctionalInterface
    interface Keep {
        Future<Map<String, Fate>> add(List<Incoming> messages);
    }

    private record Delivery(RabbitDeliveries from, long tag, Incoming message) {}

    Inbox(Vertx vertx, Keep keep, Consumer<List<Notice>> tell, DeliveryMeters meters) {
        this.vertx = vertx;
        this.tracing = Tracing.of(vertx);
        this.keep = keep;
        this.tell = tell;
        this.meters = meters;
    }

    void take(RabbitDeliveries from, long tag, RabbitMessage message) {
        MessageReader.Reading reading = MessageReader.read(message.id(), message.body());
        if (reading instanceof MessageReader.Good good) {
            pending.add(new Delivery(from, tag, traced(good.message(), message)));
            workLater();
        } else {
            refuse(from, tag, String.valueOf(message.id()), ((MessageReader.Poison) reading).why());
        }
    }

    private Incoming traced(Incoming read, RabbitMessage message) {
        String trace = tracing == null ? null : message.header(TraceParent.HEADER);
        return tracing == null || trace == null
                ? read
                : read.within(tracing.begin(read.type() + " process", Span.Kind.CONSUMER, trace));
    }

    /** Done when the batch that is under way is. */
    Future<Void> idle() {
        return working;
    }

    /** After the current turn, so that what arrives in it is one batch. */
    private void workLater() {
        if (!busy) {
            busy = true;
            vertx.runOnContext(v -> work());
        }
    }

    private void work() {
        List<Delivery> batch = nextBatch();
        if (batch.isEmpty()) {
            busy = false;
            return;
        }
        working = handle(batch, backoff());
        working.onComplete(done -> vertx.runOnContext(v -> work()));
    }

    /** Of one connection; what a lost one delivered comes again. */
    private List<Delivery> nextBatch() {
        pending.removeIf(delivery -> !delivery.from().current());
        var batch = new ArrayList<Delivery>(Math.min(BATCH, pending.size()));
        while (!pending.isEmpty() && batch.size() < BATCH) {
            batch.add(pending.removeFirst());
        }
        return batch;
    }

    /** Never fails. */
    private Future<Void> handle(List<Delivery> batch, Backoff backoff) {
        Map<String, Incoming> fresh = new LinkedHashMap<>();
        for (Delivery delivery : batch) {
            Incoming message = delivery.message();
            if (!recent.has(message.messageId())) {
                fresh.putIfAbsent(message.messageId(), message);
            }
        }
        Future<Map<String, Fate>> stored =
                fresh.isEmpty() ? Future.succeededFuture(Map.of()) : store(List.copyOf(fresh.values()));
        return stored.compose(
                fates -> settle(batch, fresh.values(), fates), failure -> failed(batch, failure, backoff));
    }

    private Future<Map<String, Fate>> store(List<Incoming> fresh) {
        var parts = new ArrayList<Span>();
        for (Incoming message : fresh) {
            Span part = Tracing.within(tracing, message.span(), "store notices", Span.Kind.CLIENT);
            if (part != null) {
                parts.add(part.with("db.system.name", "postgresql").with("db.operation.batch.size", fresh.size()));
            }
        }
        Future<Map<String, Fate>> stored = keep.add(fresh);
        return parts.isEmpty() ? stored : stored.onComplete(done -> parts.forEach(part -> part.end(done.cause())));
    }

    private Future<Void> settle(List<Delivery> batch, Iterable<Incoming> fresh, Map<String, Fate> fates) {
        var notices = new ArrayList<Notice>();
        for (Incoming message : fresh) {
            Fate fate = Objects.requireNonNull(fates.get(message.messageId()));
            if (fate instanceof Added added) {
                notices.add(message.notice(added.id()));
            }
            if (fate != NotAdded.UNTRUE && fate != NotAdded.FORGOTTEN) { // what is not kept may be another's id
                recent.add(message.messageId());
            }
        }
        if (!notices.isEmpty()) {
            tell.accept(List.copyOf(notices));
        }
        meters.stored(notices.size());
        acknowledge(batch, fates, notices.size());
        return Future.succeededFuture();
    }

    /** The refused ones first, so that the acknowledgement of the last good one covers the good ones only. */
    private void acknowledge(List<Delivery> batch, Map<String, Fate> fates, int stored) {
        long lastGood = 0;
        int good = 0;
        int forgotten = 0;
        for (Delivery delivery : batch) {
            Incoming message = delivery.message();
            Span span = message.span();
            if (span != null) {
                span.end();
            }
            Fate fate = fates.get(message.messageId());
            if (fate == NotAdded.UNTRUE) {
                refuse(delivery.from(), delivery.tag(), message.messageId(), "not that user's coupon");
            } else {
                lastGood = delivery.tag();
                good++;
                forgotten += fate == NotAdded.FORGOTTEN ? 1 : 0;
            }
        }
        meters.forgotten(forgotten);
        meters.duplicates(good - stored - forgotten);
        RabbitDeliveries from = batch.get(0).from();
        if (lastGood == 0) {
            return;
        }
        if (from.current()) {
            from.acknowledge(lastGood);
        } else {
            meters.staleAck();
        }
    }

    private Future<Void> failed(List<Delivery> batch, Throwable failure, Backoff backoff) {
        if (!batch.get(0).from().current()) {
            return Future.succeededFuture(); // it comes again
        }
        if (Postgres.isPoison(failure)) {
            return splitOrRefuse(batch, failure);
        }
        LOG.atDebug().log("notices not stored, trying again: {}", failure.toString());
        return vertx.timer(backoff.next(ThreadLocalRandom.current()), TimeUnit.MILLISECONDS)
                .compose(v -> handle(batch, backoff));
    }

    /** One message that the database refuses must not hold up its neighbours. */
    private Future<Void> splitOrRefuse(List<Delivery> batch, Throwable failure) {
        if (batch.size() == 1) {
            Delivery only = batch.get(0);
            refuse(only.from(), only.tag(), only.message().messageId(), failure.toString());
            return Future.succeededFuture();
        }
        int half = batch.size() / 2;
        return handle(batch.subList(0, half), backoff())
                .compose(v -> handle(batch.subList(half, batch.size()), backoff()));
    }

    private static Backoff backoff() {
        return new Backoff(REST_FIRST_MS, REST_MAX_MS);
    }

    private void refuse(RabbitDeliveries from, long tag, String messageId, String why) {
        meters.poison();
        LOG.atWarn().addKeyValue("messageId", messageId).log("message refused, now a dead letter: {}", why);
        if (from.current()) {
            from.refuse(tag);
        }
    }
}
