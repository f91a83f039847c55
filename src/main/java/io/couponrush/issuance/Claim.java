package io.couponrush.issuance;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request under way on this node: what it asks, what it holds, and whom to answer, once. */
final class Claim {
    /** The epoch of a claim that holds nothing and only asks Postgres what became of its key. */
    static final long ASK_ONLY = -1;

    private final IssueCommand command;
    private final long deadline;
    private final Consumer<IssueOutcome> answer;
    private boolean answered;

    private long epoch;
    private @Nullable UUID lease;
    private int seq;
    private @Nullable String code;
    private long emptySince;
    private int sends;

    /**
     * Makes a claim that holds nothing.
     *
     * @param deadline by the node's nanosecond clock
     * @param answer called once
     */
    Claim(IssueCommand command, long deadline, Consumer<IssueOutcome> answer) {
        this.command = command;
        this.deadline = deadline;
        this.answer = answer;
    }

    UUID rid() {
        return command.rid();
    }

    long userId() {
        return command.userId();
    }

    /** Whether an earlier try with the same key may exist. */
    boolean keyed() {
        return command.keyed();
    }

    /** Remembers what Redis gave; {@code seq} is 0 when the lease was there before. */
    void hold(long inEpoch, UUID heldLease, int freshSeq, String couponCode) {
        epoch = inEpoch;
        lease = heldLease;
        seq = freshSeq;
        code = couponCode;
    }

    long epoch() {
        return epoch;
    }

    UUID lease() {
        return held(lease);
    }

    String code() {
        return held(code);
    }

    int seq() {
        return seq;
    }

    /** Whether the reservation was made for this very try, so that its number is a free one. */
    boolean fresh() {
        return seq > 0;
    }

    /** Postgres is about to be asked. */
    void sending() {
        sends++;
    }

    /** Whether a coupon that consumed this very reservation may be the work of this very try. */
    boolean mayBeOwnWork() {
        return fresh() && sends > 1;
    }

    /** How long this claim has met an empty stock. */
    long emptyFor(long now) {
        if (emptySince == 0) {
            emptySince = now;
        }
        return now - emptySince;
    }

    boolean overdue(long now) {
        return now - deadline >= 0;
    }

    boolean answered() {
        return answered;
    }

    /** The first answer counts; a later one finds nobody. */
    void answer(IssueOutcome outcome) {
        if (!answered) {
            answered = true;
            answer.accept(outcome);
        }
    }

    private static <T> T held(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("claim holds nothing");
        }
        return value;
    }
}
