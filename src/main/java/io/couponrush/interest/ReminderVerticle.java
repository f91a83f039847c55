package io.couponrush.interest;

import io.couponrush.campaign.CampaignNews;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reminds of starts ten minutes ahead, batch by batch with a pause between; whoever asks later is reminded at once. */
public final class ReminderVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ReminderVerticle.class);
    private static final Duration BEFORE = Duration.ofMinutes(10);
    private static final long EVERY_MS = 2_000;
    private static final long PAUSE_MS = 50;

    private final InterestStore store;
    private final CampaignNews news;

    public ReminderVerticle(InterestStore store, CampaignNews news) {
        this.store = store;
        this.news = news;
    }

    @Override
    public Future<?> start() {
        lookIn(jittered());
        return Future.succeededFuture();
    }

    private void lookIn(long millis) {
        vertx.setTimer(millis, id -> store.remind(BEFORE)
                .onFailure(e -> LOG.atDebug().log("reminders not finished: {}", e.toString()))
                .onComplete(done -> lookIn(done.succeeded() ? next(done.result()) : jittered())));
    }

    private long next(int reminded) {
        if (reminded > 0) {
            news.outboxWritten();
        }
        return reminded == InterestStore.BATCH ? PAUSE_MS : jittered();
    }

    /** Not in step with the other nodes. */
    private static long jittered() {
        return EVERY_MS + ThreadLocalRandom.current().nextLong(EVERY_MS / 4);
    }
}
