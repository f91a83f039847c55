package io.couponrush.campaign;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A campaign ("coupon event") as Postgres had it at one moment.
 *
 * @param issuedCount without those that were revoked
 * @param epoch fencing token, raised whenever stock, limit, window or pause changes and by each rebuild of Redis
 * @param soldOutGeneration odd when sold out, even when on sale
 * @param version of terms and pause; issuing does not change it
 */
public record Campaign(
        long eventId,
        Terms terms,
        boolean paused,
        int issuedCount,
        int revokedCount,
        long epoch,
        int soldOutGeneration,
        int version,
        Instant createdAt) {
    public Campaign {
        requireNonNull(terms);
    }

    /** A pause shows even before the start, since the campaign will not start by itself; the end is stronger than both. */
    public CampaignStatus status(Instant now) {
        if (!now.isBefore(terms.endTime())) {
            return CampaignStatus.ENDED;
        }
        if (paused) {
            return CampaignStatus.PAUSED;
        }
        return now.isBefore(terms.startTime()) ? CampaignStatus.SCHEDULED : CampaignStatus.ACTIVE;
    }

    /** Whether only those may claim who were invited. */
    public boolean restricted() {
        return terms.audience() == Audience.RESTRICTED;
    }

    /** Whether its winners are drawn, so that nobody claims. */
    public boolean draws() {
        return terms.mode() == Mode.DRAW;
    }

    public boolean soldOut() {
        return soldOutGeneration % 2 == 1;
    }

    /** Whether there is a coupon that was issued under these terms, be it revoked. */
    boolean hasCoupons() {
        return issuedCount + revokedCount > 0;
    }

    public int remainingCount() {
        return terms.totalCount() - issuedCount;
    }

    /** Versions and epochs only grow, so either one tells which of two readings of a row is the older. */
    boolean olderThan(Campaign other) {
        return version < other.version || epoch < other.epoch;
    }

    Campaign with(Terms newTerms) {
        return new Campaign(
                eventId, newTerms, paused, issuedCount, revokedCount, epoch, soldOutGeneration, version, createdAt);
    }

    Campaign withPaused(boolean nowPaused) {
        return new Campaign(
                eventId, terms, nowPaused, issuedCount, revokedCount, epoch, soldOutGeneration, version, createdAt);
    }
}
