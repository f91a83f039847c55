package io.couponrush.bus;

import java.util.UUID;

/**
 * One claim.
 *
 * @param rid what the client asked: the same key of the same user is the same rid, in every try
 * @param keyed whether the client sent an Idempotency-Key, so that an earlier try may exist
 */
public record IssueCommand(long eventId, long userId, UUID rid, boolean keyed) {}
