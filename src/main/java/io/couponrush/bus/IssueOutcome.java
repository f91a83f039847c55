package io.couponrush.bus;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;

/** The answer to an {@link IssueCommand}. A refusal is an answer, not a failure. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = IssueOutcome.Issued.class, name = "issued"),
    @JsonSubTypes.Type(value = IssueOutcome.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = IssueOutcome.Deferred.class, name = "deferred")
})
public sealed interface IssueOutcome {

    /**
     * The coupon's row is committed.
     *
     * @param replayed an earlier try with the same key had got it
     */
    record Issued(long couponId, String couponCode, Instant issuedAt, Instant expiresAt, boolean replayed)
            implements IssueOutcome {}

    /**
     * Final: this key never owns a coupon.
     *
     * @param couponCodes with {@link Refusal#USER_LIMIT_EXCEEDED}, what the user has; else empty
     */
    record Refused(Refusal why, List<String> couponCodes) implements IssueOutcome {
        public Refused(Refusal why) {
            this(why, List.of());
        }
    }

    /**
     * Not final: overload, a dependency away, or time ran out. Nothing was issued, or a retry with the same key finds
     * it.
     *
     * @param overloaded refused before anything was taken, because too much is under way
     */
    record Deferred(boolean overloaded, int retryAfterSeconds) implements IssueOutcome {}
}
