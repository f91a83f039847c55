package io.couponrush.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One claim.
 *
 * @param rid what the client asked: the same key of the same user is the same rid, in every try
 * @param keyed whether the client sent an Idempotency-Key, so that an earlier try may exist
 * @param trace where in its trace the claim is, when it is sampled: the text of a {@code traceparent}
 */
public record IssueCommand(
        long eventId,
        long userId,
        UUID rid,
        boolean keyed,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String trace) {
    public IssueCommand(long eventId, long userId, UUID rid, boolean keyed) {
        this(eventId, userId, rid, keyed, null);
    }
}
