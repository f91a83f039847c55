package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The last look before a claim is refused on the word of Redis: a key that owns a coupon gets it (R6), and a user at the
 * limit is told what it has.
 */
final class Refusals {
    private static final int RETRY_AFTER_S = 1;
    private static final int LOOKS = 3;
    private static final int PAUSE_MS = 20;

    private final long eventId;
    private final CouponBook book;
    private final Timers timers;

    /** A claim that Redis turned away. */
    record Turned(Claim claim, Refusal why) {}

    Refusals(long eventId, CouponBook book, Timers timers) {
        this.eventId = eventId;
        this.book = book;
        this.timers = timers;
    }

    /** Answers each; when Postgres fails three times in a row, that nobody can say now. */
    void answer(List<Turned> turned) {
        var asking = new ArrayList<Turned>();
        for (Turned t : turned) {
            if (t.claim().keyed() || t.why() == Refusal.USER_LIMIT_EXCEEDED) {
                asking.add(t);
            } else {
                t.claim().answer(new Refused(t.why()));
            }
        }
        if (!asking.isEmpty()) {
            lookUp(asking, LOOKS);
        }
    }

    private void lookUp(List<Turned> asking, int looks) {
        Set<UUID> rids = new HashSet<>();
        Set<Long> users = new HashSet<>();
        for (Turned t : asking) {
            rids.add(t.claim().rid());
            if (t.why() == Refusal.USER_LIMIT_EXCEEDED) {
                users.add(t.claim().userId());
            }
        }
        book.stored(eventId, rids, users)
                .onComplete(rows -> answer(asking, rows), unknown -> lookAgain(asking, looks - 1));
    }

    private void lookAgain(List<Turned> asking, int looks) {
        if (looks > 0) {
            timers.after(PAUSE_MS + timers.random().nextLong(PAUSE_MS), () -> lookUp(asking, looks));
        } else {
            asking.forEach(t -> t.claim().answer(new Deferred(false, RETRY_AFTER_S)));
        }
    }

    private void answer(List<Turned> asking, List<Stored> rows) {
        Map<UUID, Stored> byRid = new HashMap<>();
        Map<Long, List<String>> codes = new HashMap<>();
        for (Stored row : rows) {
            byRid.put(row.rid(), row);
            if (row.eventId() == eventId) {
                codes.computeIfAbsent(row.userId(), u -> new ArrayList<>())
                        .add(row.coupon().code());
            }
        }
        for (Turned t : asking) {
            Stored own = byRid.get(t.claim().rid());
            t.claim().answer(own == null ? refused(t, codes) : replay(t.claim(), own));
        }
    }

    private IssueOutcome replay(Claim claim, Stored row) {
        if (row.eventId() != eventId || row.userId() != claim.userId()) {
            return new Refused(Refusal.IDEMPOTENCY_KEY_REUSED);
        }
        return row.coupon().issued(true);
    }

    private static IssueOutcome refused(Turned turned, Map<Long, List<String>> codes) {
        if (turned.why() != Refusal.USER_LIMIT_EXCEEDED) {
            return new Refused(turned.why());
        }
        return new Refused(turned.why(), codes.getOrDefault(turned.claim().userId(), List.of()));
    }
}
