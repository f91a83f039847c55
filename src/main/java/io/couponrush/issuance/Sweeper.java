package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Sweepable;
import io.couponrush.issuance.Ledger.Overdue;
import io.couponrush.issuance.Ledger.Settlement;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what nobody answered for: reservations whose node died, a sold-out state that nobody told Redis, an epoch
 * that nobody loaded. Runs on every node; Postgres' row lock makes that safe.
 */
final class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final int LEASES_PER_CALL = 200;
    private static final long COUNTS_MAY_TAKE = TimeUnit.SECONDS.toNanos(10);

    private final Ledger ledger;
    private final CouponBook book;
    private final Rebuilder rebuilder;
    private final Timers timers;
    private final IntConsumer voided;
    private final BiConsumer<Sweepable, Overdue> seen;
    private final Map<Long, Suspicion> suspicions = new HashMap<>();

    /** Something that may be just under way: it is a fault only when it is still there later, in the same epoch. */
    private record Suspicion(long epoch, boolean apart, long since) {}

    /**
     * Makes a sweeper.
     *
     * @param voided told how many reservations were declared dead
     * @param seen told what Redis holds of each campaign
     */
    Sweeper(
            Ledger ledger,
            CouponBook book,
            Rebuilder rebuilder,
            Timers timers,
            IntConsumer voided,
            BiConsumer<Sweepable, Overdue> seen) {
        this.ledger = ledger;
        this.book = book;
        this.rebuilder = rebuilder;
        this.timers = timers;
        this.voided = voided;
        this.seen = seen;
    }

    /** One round over all campaigns that may have open reservations. Fails only when they cannot be listed. */
    Future<Void> sweep() {
        return book.sweepable().compose(campaigns -> {
            suspicions
                    .keySet()
                    .retainAll(campaigns.stream().map(Sweepable::eventId).collect(Collectors.toSet()));
            Future<Void> round = Future.succeededFuture();
            for (Sweepable campaign : campaigns) {
                round = round.compose(v -> sweep(campaign)).otherwise(e -> {
                    LOG.atDebug().addKeyValue("eventId", campaign.eventId()).log("not swept: {}", e.toString());
                    return null;
                });
            }
            return round;
        });
    }

    private Future<Void> sweep(Sweepable campaign) {
        return ledger.overdue(campaign.eventId(), LEASES_PER_CALL, campaign.expireAt())
                .compose(overdue -> overdue.epoch() == 0 ? nothing() : sweep(campaign, overdue));
    }

    private Future<Void> sweep(Sweepable campaign, Overdue overdue) {
        seen.accept(campaign, overdue);
        if (isStuck(campaign, overdue)) {
            return rebuilder.rebuild(campaign.eventId());
        }
        if (!overdue.leases().isEmpty()) {
            return resolve(campaign.eventId(), overdue);
        }
        boolean empty = overdue.stock() <= 0 && overdue.openLeases() == 0 && overdue.generation() == 0;
        return empty ? rebuilder.soldOutOrRebuild(campaign.eventId(), overdue.epoch()) : nothing();
    }

    /** R7, R11: a lease is dead only after Postgres has written that down. */
    private Future<Void> resolve(long eventId, Overdue overdue) {
        return book.resolve(eventId, overdue.leases()).compose(resolved -> {
            long dead = resolved.stream().filter(s -> s.verb() == Ledger.Verb.B).count();
            if (dead > 0) {
                voided.accept((int) dead);
                LOG.atInfo()
                        .addKeyValue("eventId", eventId)
                        .addKeyValue("units", dead)
                        .log("units given back that nobody answered for");
            }
            return settle(eventId, overdue.epoch(), resolved);
        });
    }

    private Future<Void> settle(long eventId, long epoch, List<Settlement> resolved) {
        return ledger.settle(eventId, epoch, resolved, 0);
    }

    /**
     * Redis stays behind Postgres' epoch (R13), or the users' counts never arrived: whoever was loading it is gone. Or it is
     * ahead, because Postgres was restored from a backup.
     */
    private boolean isStuck(Sweepable campaign, Overdue overdue) {
        boolean apart = overdue.epoch() != campaign.epoch();
        if (!apart && overdue.countsReady()) {
            suspicions.remove(campaign.eventId());
            return false;
        }
        long now = timers.nanoTime();
        Suspicion earlier = suspicions.get(campaign.eventId());
        if (earlier == null || earlier.epoch() != overdue.epoch() || earlier.apart() != apart) {
            suspicions.put(campaign.eventId(), new Suspicion(overdue.epoch(), apart, now));
            return false;
        }
        if (apart || now - earlier.since() > COUNTS_MAY_TAKE) {
            suspicions.remove(campaign.eventId());
            return true;
        }
        return false;
    }

    private static Future<Void> nothing() {
        return Future.succeededFuture();
    }
}
