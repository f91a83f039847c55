package io.couponrush.redemption;

import io.couponrush.campaign.CampaignNews;
import io.couponrush.config.Settings;
import io.couponrush.ops.RedemptionMeters;
import io.couponrush.ops.RedemptionMeters.Fate;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for coupons whose time comes, now and then; while there are many, batch by batch with a pause between. Only
 * marks and tells: what is past its expiry cannot be used, marked or not.
 */
public final class ExpiryVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiryVerticle.class);
    private static final long PAUSE_MS = 100;

    private final ExpiryStore store;
    private final Settings.Redemption settings;
    private final CampaignNews news;
    private final RedemptionMeters meters;

    public ExpiryVerticle(ExpiryStore store, Settings.Redemption settings, CampaignNews news, RedemptionMeters meters) {
        this.store = store;
        this.settings = settings;
        this.news = news;
        this.meters = meters;
    }

    @Override
    public Future<?> start() {
        lookIn(jittered());
        return Future.succeededFuture();
    }

    private void lookIn(long millis) {
        vertx.setTimer(
                millis, id -> sweep().onFailure(e -> LOG.atDebug().log("expiry sweep not finished: {}", e.toString()))
                        .onComplete(done -> lookIn(done.succeeded() && done.result() ? PAUSE_MS : jittered())));
    }

    /** One batch of each; whether there may be more. */
    private Future<Boolean> sweep() {
        return store.warn(settings.expiringBefore())
                .compose(warned -> store.expire().map(expired -> {
                    meters.became(Fate.WARNED, warned);
                    meters.became(Fate.EXPIRED, expired);
                    if (warned + expired > 0) {
                        news.outboxWritten();
                    }
                    return warned == ExpiryStore.BATCH || expired == ExpiryStore.BATCH;
                }));
    }

    /** Not in step with the other nodes. */
    private long jittered() {
        long every = settings.sweepEvery().toMillis();
        return every + ThreadLocalRandom.current().nextLong(every / 4 + 1);
    }
}
