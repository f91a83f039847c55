package io.couponrush;

import io.couponrush.backing.ReadPool;
import io.couponrush.backing.RecentWrites;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Settings;
import io.couponrush.issuance.WalletStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.time.Duration;

/** Which database a reader is sent to: the replica, unless they have just written, or nobody knows how far it has got. */
final class Reads {
    private final Vertx vertx;
    private final Pool primary;
    private final ReadPool replica;
    private final Duration moment;
    private final RecentWrites recent;

    Reads(Vertx vertx, Pool primary, Settings.Postgres settings) {
        this.vertx = vertx;
        this.primary = primary;
        replica = new ReadPool(vertx, primary, settings, System::nanoTime);
        moment = replica.hasReplica() ? settings.readLag() : Duration.ZERO;
        recent = new RecentWrites(moment, System::nanoTime);
    }

    /** Goes on measuring the replica, where there is one. */
    void keepLooking() {
        if (replica.hasReplica()) {
            vertx.setTimer(ReadPool.EVERY.toMillis(), id -> replica.look().onComplete(v -> keepLooking()));
        }
    }

    RecentWrites recent() {
        return recent;
    }

    Pool ofUser(long userId) {
        return recent.has(userId) ? primary : replica.get();
    }

    /** Who makes or hears of a change finds it in the next list. */
    Pool ofLists(Campaigns campaigns) {
        return campaigns.changedWithin(moment) ? primary : replica.get();
    }

    /** A coupon that was just used, given back or revoked; its owner finds it so. */
    Future<JsonObject> changed(String couponCode) {
        return new WalletStore(userId -> primary)
                .show(couponCode)
                .onSuccess(coupon -> recent.mark(coupon.getLong("userId")));
    }

    Future<Void> close() {
        return replica.close();
    }
}
