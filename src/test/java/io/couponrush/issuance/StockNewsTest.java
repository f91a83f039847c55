package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.StockTurned;
import io.vertx.core.Vertx;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The crowd that finds nothing left repeats the news with every call. */
class StockNewsTest {
    private final Vertx vertx = Vertx.vertx();
    private long now = TimeUnit.DAYS.toNanos(-1);
    private final Queue<StockTurned> heard = new ConcurrentLinkedQueue<>();
    private final StockNews news = new StockNews(vertx.eventBus(), () -> now);

    StockNewsTest() {
        Codecs.registerAll(vertx.eventBus());
        vertx.eventBus().<StockTurned>localConsumer(Addresses.STOCK_TURNED, m -> heard.add(m.body()));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void areToldAtOnceWhenTheyAreNewAndRepeatedBeforeTheyFade() {
        news.soldOut(1, 1);
        news.soldOut(1, 1);
        pass(299);
        news.soldOut(1, 1);
        news.soldOut(2, 1);
        pass(1);
        news.soldOut(1, 1);
        news.soldOut(1, 3);

        await(vertx.timer(50));
        assertThat(heard)
                .containsExactly(
                        new StockTurned(1, 1), new StockTurned(2, 1), new StockTurned(1, 1), new StockTurned(1, 3));
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
