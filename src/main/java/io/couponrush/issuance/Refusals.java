package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Stored;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The last look before a claim is refused on the word of Redis: a key that owns a coupon gets it (R6), and a user at the
 * limit is told what it has. Whoever has less than that only reserves it elsewhere at this moment, which may come to nothing:
 * no reason to refuse for good.
 */
final class Refusals {
    private static final int RETRY_AFTER_S = 1;
    private static final int LOOKS = 3;
    private static final int PAUSE_MS = 20;
    private static final int ASKED_MAX = 1_000;

    /** Questions under way: one, and one more so that a lost answer holds nobody else up. */
    private static final int QUESTIONS_MAX = 2;

    private final long eventId;
    private final CouponBook book;
    private final Timers timers;
    private final Consumer<Claim> undecided;
    private final ArrayDeque<Turned> waiting = new ArrayDeque<>();
    private int questions;

    /** A claim that Redis turned away. */
    record Turned(Claim claim, Refusal why) {}

    /**
     * Makes one for a campaign.
     *
     * @param undecided takes claims that nobody can refuse yet
     */
    Refusals(long eventId, CouponBook book, Timers timers, Consumer<Claim> undecided) {
        this.undecided = undecided;
        this.eventId = eventId;
        this.book = book;
        this.timers = timers;
    }

    /** Answers each; when Postgres fails three times in a row, that nobody can say now. */
    void answer(List<Turned> turned) {
        for (Turned t : turned) {
            if (t.claim().keyed() || t.why() == Refusal.USER_LIMIT_EXCEEDED) {
                waiting.add(t);
            } else {
                t.claim().answer(new Refused(t.why()));
            }
        }
        askNext();
    }

    /** Whoever was turned away while a question was under way is in the next one. */
    private void askNext() {
        if (questions == QUESTIONS_MAX || waiting.isEmpty()) {
            return;
        }
        var asking = new ArrayList<Turned>(Math.min(ASKED_MAX, waiting.size()));
        while (!waiting.isEmpty() && asking.size() < ASKED_MAX) {
            Turned next = waiting.removeFirst();
            if (!next.claim().answered()) {
                asking.add(next);
            }
        }
        if (!asking.isEmpty()) {
            questions++;
            lookUp(asking, LOOKS);
        }
    }

    private void ended() {
        questions--;
        askNext();
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
            ended();
        }
    }

    private void answer(List<Turned> asking, List<Stored> rows) {
        Map<UUID, Stored> byRid = new HashMap<>();
        Map<Long, List<String>> codes = new HashMap<>();
        int perUser = 1;
        for (Stored row : rows) {
            perUser = row.perUser();
            byRid.put(row.rid(), row);
            if (row.eventId() == eventId) {
                codes.computeIfAbsent(row.userId(), u -> new ArrayList<>())
                        .add(row.coupon().code());
            }
        }
        for (Turned t : asking) {
            Stored own = byRid.get(t.claim().rid());
            List<String> held = codes.getOrDefault(t.claim().userId(), List.of());
            if (own != null) {
                t.claim().answer(replay(t.claim(), own));
            } else if (t.why() != Refusal.USER_LIMIT_EXCEEDED) {
                t.claim().answer(new Refused(t.why()));
            } else if (held.size() >= perUser) {
                t.claim().answer(new Refused(t.why(), held));
            } else {
                undecided.accept(t.claim());
            }
        }
        ended();
    }

    private IssueOutcome replay(Claim claim, Stored row) {
        if (row.eventId() != eventId || row.userId() != claim.userId()) {
            return new Refused(Refusal.IDEMPOTENCY_KEY_REUSED);
        }
        return row.coupon().issued(true);
    }
}
