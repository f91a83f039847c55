package io.couponrush.grant;

import io.couponrush.backing.Postgres;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.issuance.Issuing;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Grants coupons: makes sure that the users exist and are let in, and claims for each through the claim protocol, a few at
 * a time, so that stock, limit, window and pause hold as for everybody. Thread-safe.
 */
public final class GrantDesk {
    private static final int AT_ONCE = 64;
    private static final long BUDGET_NANOS = Duration.ofSeconds(10).toNanos();
    private static final Deferred LATER = new Deferred(false, 1);

    private final GrantStore store;
    private final Issuing issuing;
    private final Consumer<IssueOutcome> counted;
    private final LongSupplier nanoTime;

    /**
     * Makes a desk.
     *
     * @param counted hears of every outcome
     */
    public GrantDesk(GrantStore store, Issuing issuing, Consumer<IssueOutcome> counted, LongSupplier nanoTime) {
        this.store = store;
        this.issuing = issuing;
        this.counted = counted;
        this.nanoTime = nanoTime;
    }

    /**
     * Grants each of the users one coupon, and says what became of each, in their order. Whom it does not reach within ten
     * seconds has to be granted again, with the same key.
     *
     * @param users each once
     */
    Future<List<Granted>> grant(long eventId, List<Long> users, GrantKey key) {
        long end = nanoTime.getAsLong() + BUDGET_NANOS;
        var rids = users.stream().map(user -> key.rid(eventId, user)).toList();
        return letIn(eventId, users, rids, end).compose(known -> {
            var granted = new ArrayList<Granted>(users.size());
            return grant(new Round(eventId, users, known, key, end), granted).map(v -> granted);
        });
    }

    /** An import may hold some of the users for a while; Postgres waits for it, and gives up too early for a long one. */
    private Future<Set<Long>> letIn(long eventId, List<Long> users, List<UUID> rids, long end) {
        return store.letIn(eventId, users, rids)
                .recover(e -> Postgres.isLocked(e) && nanoTime.getAsLong() - end < 0
                        ? letIn(eventId, users, rids, end)
                        : Future.failedFuture(e));
    }

    private record Round(long eventId, List<Long> users, Set<Long> known, GrantKey key, long end) {}

    private Future<Void> grant(Round round, List<Granted> granted) {
        int from = granted.size();
        if (from == round.users().size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(from + AT_ONCE, round.users().size());
        boolean late = nanoTime.getAsLong() - round.end() >= 0;
        var slice = round.users().subList(from, to).stream()
                .map(user -> late ? Future.succeededFuture(new Granted(user, LATER)) : grant(round, user))
                .toList();
        return Future.all(slice)
                .onSuccess(all -> slice.forEach(one -> granted.add(one.result())))
                .compose(all -> grant(round, granted));
    }

    /** Never fails. */
    private Future<Granted> grant(Round round, long userId) {
        if (!round.known().contains(userId)) {
            return Future.succeededFuture(new Granted(userId, null));
        }
        var command = new IssueCommand(round.eventId(), userId, round.key().rid(round.eventId(), userId), true);
        return issuing.issue(command)
                .otherwise(LATER)
                .onSuccess(counted::accept)
                .map(outcome -> new Granted(userId, outcome));
    }
}
