package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.StockTurned;
import io.couponrush.campaign.Campaigns;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Those who waited for stock hear by the queue; what the bus says is told to everybody half a second later. */
class HeadStartTest {
    private static final long EVENT = 7;

    private final AtomicLong now = new AtomicLong();
    private final Turns turns = new Turns();
    private final StockTicker ticker = new StockTicker(
            new NoticeBoard(null),
            new Campaigns(id -> Future.succeededFuture(), now::get),
            turns,
            () -> Instant.EPOCH,
            now::get);

    @Test
    void thatStockIsBackWaitsForThoseWhoWaited() {
        ticker.turned(new StockTurned(EVENT, 1));
        ticker.turned(new StockTurned(EVENT, 2));
        after(499);
        assertThat(turns.isNews(EVENT, 2)).as("nobody was told of it here").isTrue();
        after(1);
        assertThat(turns.isNews(EVENT, 2)).isFalse();
    }

    @Test
    void thatAllIsGoneWaitsForNobody() {
        ticker.turned(new StockTurned(EVENT, 1));
        assertThat(turns.isNews(EVENT, 1)).isFalse();
        assertThat(turns.knows(EVENT)).isTrue();
    }

    private void after(long millis) {
        now.addAndGet(Duration.ofMillis(millis).toNanos());
        ticker.tick();
    }
}
