package io.couponrush.campaign;

import io.couponrush.timing.Rounds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Looks at what the clock does to campaigns: whoever looks at one hears of its start and its end within about a second. */
public final class WindowVerticle extends VerticleBase {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final WindowStore store;
    private final CampaignNews news;

    public WindowVerticle(WindowStore store, CampaignNews news) {
        this.store = store;
        this.news = news;
    }

    @Override
    public Future<?> start() {
        new Rounds(vertx, "word of starts and ends", EVERY, PAUSE, this::tell).begin();
        return Future.succeededFuture();
    }

    /** One batch; whether there may be more. */
    private Future<Boolean> tell() {
        return store.tell().map(told -> {
            if (told > 0) {
                news.outboxWritten();
            }
            return told == WindowStore.BATCH;
        });
    }
}
