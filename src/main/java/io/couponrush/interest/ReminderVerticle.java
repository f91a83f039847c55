package io.couponrush.interest;

import io.couponrush.campaign.CampaignNews;
import io.couponrush.timing.Rounds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/**
 * Reminds of starts ten minutes ahead, batch by batch with a pause between; whoever asks later is reminded at once. Tells the
 * many who wait when much stock returns, and clears the lists of what is over.
 */
public final class ReminderVerticle extends VerticleBase {
    private static final Duration BEFORE = Duration.ofMinutes(10);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);

    private final InterestStore store;
    private final CampaignNews news;

    public ReminderVerticle(InterestStore store, CampaignNews news) {
        this.store = store;
        this.news = news;
    }

    @Override
    public Future<?> start() {
        new Rounds(vertx, "reminders", EVERY, PAUSE, this::remind).begin();
        new Rounds(vertx, "word of returned stock", EVERY, PAUSE, this::callMore).begin();
        new Rounds(vertx, "clearing of lists", PRUNE_EVERY, PAUSE, this::prune).begin();
        return Future.succeededFuture();
    }

    /** One batch; whether there may be more. */
    private Future<Boolean> remind() {
        return store.remind(BEFORE).map(reminded -> {
            if (reminded > 0) {
                news.outboxWritten();
            }
            return reminded == InterestStore.BATCH;
        });
    }

    private Future<Boolean> callMore() {
        return store.callMore().onSuccess(more -> {
            if (more) {
                news.outboxWritten();
            }
        });
    }

    private Future<Boolean> prune() {
        return store.prune().map(gone -> gone == InterestStore.BATCH);
    }
}
