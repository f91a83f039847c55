package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The truth: coupon rows, units issued and epochs in Postgres. Every call is one transaction. */
interface CouponBook extends FastPath {

    /** How Postgres decided one claim; the names are those of {@code issue_batch}. */
    enum Decision {
        ISSUED,
        REPLAY,
        KEY_REUSED,
        LIMIT,
        SOLD_OUT,
        NO_EVENT,
        NOT_OPEN,
        CLOSED,
        PAUSED,
        FENCED,
        BARRED,
        DRAW,
        VOID,
        RETRY
    }

    /** What a client is told of a coupon. */
    record Coupon(long couponId, String code, Instant issuedAt, Instant expiresAt) {
        IssueOutcome issued(boolean replayed) {
            return new IssueOutcome.Issued(couponId, code, issuedAt, expiresAt, replayed);
        }
    }

    /**
     * A coupon's row.
     *
     * @param perUser what a user may have of the campaign that was asked about
     */
    record Stored(UUID rid, long eventId, long userId, Coupon coupon, int perUser) {}

    /**
     * The decision about one claim.
     *
     * @param coupon with ISSUED and REPLAY
     * @param sameLease whether the row consumed the very reservation that was sent
     */
    record Verdict(Decision decision, @Nullable Coupon coupon, boolean sameLease) {}

    /** The decisions about a batch, by rid, and the stock right after it. */
    record Verdicts(Map<UUID, Verdict> byRid, int issued, int total, int generation) {
        boolean soldOut() {
            return total > 0 && issued == total;
        }
    }

    /** What a new epoch starts with. */
    record Epoch(long epoch, int free, int maxPerUser, int generation) {}

    record Stock(long epoch, int issued, int total, int generation) {}

    /**
     * Some of the coupons that a campaign gave before an epoch, counted by user. A user may be on several pages.
     *
     * @param nextId where the next page begins, 0 on the last one
     */
    record CountsPage(Map<Long, Integer> counts, long nextId) {}

    /**
     * A campaign that may have open reservations.
     *
     * @param expireAt seconds since 1970 at which Redis may forget it, or 0 while it is not over
     */
    record Sweepable(long eventId, long epoch, long expireAt) {}

    /** A value of the batch can never be stored, whoever sends it. Nothing happened. */
    final class Poisoned extends Exception {
        private static final long serialVersionUID = 1;

        Poisoned(Throwable cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    /** Decides each claim. A failed future may mean that it happened: ask again with the same rids and leases. */
    Future<Verdicts> issueBatch(long eventId, long epoch, List<Claim> batch);

    /** The rows of these rids, on whatever campaign, and all rows of these users on this one. */
    Future<List<Stored>> stored(long eventId, Set<UUID> rids, Set<Long> users);

    /** Those of the users whom a restricted campaign lets in, at this moment. */
    Future<Set<Long>> invited(long eventId, Set<Long> users);

    Future<Optional<Stock>> stock(long eventId);

    /** Begins the epoch after {@code expected}; empty when somebody else has. */
    Future<Optional<Epoch>> beginEpoch(long eventId, long expected);

    /** Of coupons with a greater id than {@code afterId}. */
    Future<CountsPage> countsBefore(long eventId, long epoch, long afterId);

    /** Declares dead what has no row. Returns each lease with C when a row consumed it, else B. */
    Future<List<Ledger.Settlement>> resolve(long eventId, List<Ledger.Settlement> leases);

    Future<List<Sweepable>> sweepable();

    /** Forgets void leases that no statement can carry any more. */
    Future<Integer> pruneVoidLeases();
}
