package io.couponrush.notification;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.couponrush.bus.Notice;
import io.couponrush.bus.StockTurned;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells browsers of this node about the stock of the events they listen to: how much is left, a few times a second and
 * only when it changed; sold out at once. That stock is back is told by the queue, after those who waited for it, and here
 * when that takes long. Thread-safe.
 */
final class StockTicker {
    /** So many events, the most listened to, are read in one tick, however many addresses somebody makes up. */
    private static final int EVENTS_PER_TICK = 100;

    private static final long HEAD_START = TimeUnit.MILLISECONDS.toNanos(500);

    private final NoticeBoard board;
    private final Campaigns campaigns;
    private final Turns turns;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Cache<Long, Stock> told = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build();

    private final Cache<Long, Back> held =
            Caffeine.newBuilder().maximumSize(10_000).build();

    /** A turn back to on sale, and until when others are to tell of it. */
    private record Back(int generation, long until) {}

    private record Stock(int remaining, int issued, int generation) {}

    StockTicker(NoticeBoard board, Campaigns campaigns, Turns turns, InstantSource clock, LongSupplier nanoTime) {
        this.board = board;
        this.campaigns = campaigns;
        this.turns = turns;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    void tick() {
        held.asMap().forEach(this::release);
        for (long eventId : board.events(EVENTS_PER_TICK)) {
            campaigns
                    .fresh(eventId)
                    .onSuccess(campaign -> {
                        if (campaign != null) {
                            tell(campaign);
                        }
                    })
                    .onFailure(away -> {}); // the next tick tells
        }
    }

    /** From the bus. */
    void turned(StockTurned turn) {
        if (isHeld(turn)) {
            return; // a tick tells
        }
        announceNews(turn);
    }

    private void announceNews(StockTurned turn) {
        if (turns.advance(turn.eventId(), turn.generation())) {
            campaigns
                    .find(turn.eventId())
                    .onComplete(found -> announce(turn, found.succeeded() ? title(found.result()) : ""));
        }
    }

    private void tell(Campaign campaign) {
        long eventId = campaign.eventId();
        int generation = campaign.soldOutGeneration();
        var turn = new StockTurned(eventId, generation);
        if (turns.outdated(eventId, generation) || isHeld(turn)) {
            return;
        }
        boolean missed = turns.knows(eventId);
        if (turns.advance(eventId, generation) && missed) {
            announce(turn, title(campaign));
        }
        var stock = new Stock(campaign.remainingCount(), campaign.issuedCount(), generation);
        if (!stock.equals(told.asMap().put(eventId, stock))) {
            post(
                    eventId,
                    "coupon.stock",
                    new JsonObject()
                            .put("eventId", eventId)
                            .put("remainingCount", stock.remaining())
                            .put("issuedCount", stock.issued())
                            .put("generation", generation));
        }
    }

    private boolean isHeld(StockTurned turn) {
        if (turn.soldOut() || !turns.isNews(turn.eventId(), turn.generation())) {
            return false;
        }
        long now = nanoTime.getAsLong();
        Back back = held.asMap()
                .compute(
                        turn.eventId(),
                        (id, was) -> was != null && was.generation() == turn.generation()
                                ? was
                                : new Back(turn.generation(), now + HEAD_START));
        return now - back.until() < 0;
    }

    private void release(long eventId, Back back) {
        if (nanoTime.getAsLong() - back.until() >= 0 && held.asMap().remove(eventId, back)) {
            announceNews(new StockTurned(eventId, back.generation()));
        }
    }

    private void announce(StockTurned turn, String title) {
        if (turns.outdated(turn.eventId(), turn.generation())) {
            return;
        }
        var data = new JsonObject().put("eventId", turn.eventId());
        if (!title.isEmpty()) {
            data.put("eventTitle", title);
        }
        post(
                turn.eventId(),
                turn.soldOut() ? Turns.SOLD_OUT : Turns.REOPENED,
                data.put("generation", turn.generation()));
    }

    private void post(long eventId, String type, JsonObject data) {
        var body = new JsonObject()
                .put("type", type)
                .put("timestamp", clock.instant().toString())
                .put("data", data);
        board.post(new Notice(Notice.toEvent(eventId), body.encode()));
    }

    private static String title(@Nullable Campaign campaign) {
        return campaign == null ? "" : campaign.terms().title();
    }
}
