package io.couponrush;

import io.couponrush.backing.Postgres;
import io.couponrush.backing.ReadPool;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;

/**
 * Where to read what may be a moment old: the replica, unless nobody knows how far it has got, or a campaign has just
 * changed, whose change must not be missing. Users' own data are not among it, and what staff acts upon is not.
 */
final class Reads {
    private final Vertx vertx;
    private final Pool primary;
    private final Pool readers;
    private final Pool replicaReaders;
    private final ReadPool replica;
    private final Campaigns campaigns;
    private final Duration moment;

    Reads(Vertx vertx, Pool primary, Settings settings, Campaigns campaigns) {
        this.vertx = vertx;
        this.primary = primary;
        this.campaigns = campaigns;
        replica = new ReadPool(vertx, primary, settings.postgres(), System::nanoTime);
        moment = settings.postgres().readLag();
        readers = Postgres.readers(vertx, settings.postgres(), settings.staff());
        replicaReaders =
                replica.hasReplica() ? Postgres.replicaReaders(vertx, settings.postgres(), settings.staff()) : readers;
    }

    /** Goes on measuring the replica, where there is one. */
    void keepLooking() {
        if (replica.hasReplica()) {
            vertx.setTimer(ReadPool.EVERY.toMillis(), id -> replica.look().onComplete(v -> keepLooking()));
        }
    }

    /** Of campaigns, for everybody: who makes or hears of a change finds it in the next list. */
    Pool ofLists() {
        return campaigns.changedWithin(moment) ? primary : replica.get();
    }

    /** For what the staff reads and acts upon. */
    Pool ofStaff() {
        return readers;
    }

    /** For what the staff reads at length, and takes away. */
    Pool ofLongReadings() {
        return replica.follows() && !campaigns.changedWithin(moment) ? replicaReaders : readers;
    }

    /** All but the primary, which belongs to who made it. */
    Future<Void> close() {
        return Future.join(readers.close(), replicaReaders.close(), replica.close())
                .mapEmpty();
    }
}
