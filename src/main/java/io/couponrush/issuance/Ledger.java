package io.couponrush.issuance;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Stock and per-user counts outside Postgres: it admits, it never decides. Its calls are the scripts of
 * {@code resources/lua}; a failed future means that the result is unknown.
 */
interface Ledger {

    /** One claim of a reservation call; {@code newLease} is used if a unit is taken. */
    record Ask(UUID rid, long userId, UUID newLease) {}

    /**
     * The answer to a reservation call.
     *
     * @param epoch 0: not loaded, and no answers
     * @param openLeases reservations that nobody has settled yet, these included
     * @param generation of the stock, when it is sold out
     */
    record Reserved(long epoch, long openLeases, int generation, List<Reservation> answers) {
        boolean notLoaded() {
            return epoch == 0;
        }
    }

    /** How a reservation ends; the names are the verbs of {@code lua/settle.lua}. */
    enum Verb {
        C,
        B,
        L,
        S
    }

    record Settlement(Verb verb, UUID rid, UUID lease) {}

    /**
     * Reservations past their deadline.
     *
     * @param epoch 0: not loaded
     */
    record Overdue(
            long epoch, long stock, long openLeases, int generation, boolean countsReady, List<Settlement> leases) {}

    /**
     * Stock and open reservations at one moment.
     *
     * @param epoch 0: not loaded
     */
    record Snapshot(long epoch, long stock, List<Settlement> leases) {}

    Future<Snapshot> snapshot(long eventId);

    /** It has been out of reach for so long that claims should go on without it. */
    boolean away();

    Future<Reserved> reserve(long eventId, List<Ask> claims);

    /** Losing this is harmless. {@code soldOutGeneration} above 0 also says that nothing is left. */
    Future<Void> settle(long eventId, long epoch, List<Settlement> settlements, int soldOutGeneration);

    /** Fails without a connected master: a replica must not start an epoch. */
    Future<Void> checkMaster();

    Future<Void> load(long eventId, CouponBook.Epoch epoch);

    Future<Void> loadCounts(long eventId, long epoch, Map<Long, Integer> counts, boolean last);

    /** {@code expireAt} in seconds since 1970 lets the keys go when nothing is open; 0 keeps them. */
    Future<Overdue> overdue(long eventId, int limit, long expireAt);
}
