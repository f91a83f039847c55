package io.couponrush.redemption;

import io.couponrush.campaign.CampaignNews;
import io.couponrush.config.Settings;
import io.couponrush.ops.RedemptionMeters;
import io.couponrush.ops.RedemptionMeters.Fate;
import io.couponrush.timing.Rounds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/**
 * Looks for coupons whose time comes, now and then; while there are many, batch by batch with a pause between. Only
 * marks and tells: what is past its expiry cannot be used, marked or not.
 */
public final class ExpiryVerticle extends VerticleBase {
    private static final Duration PAUSE = Duration.ofMillis(100);

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
        new Rounds(vertx, "expiry sweep", settings.sweepEvery(), PAUSE, this::sweep).begin();
        return Future.succeededFuture();
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
}
