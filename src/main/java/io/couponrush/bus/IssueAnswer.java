package io.couponrush.bus;

/**
 * What became of one claim.
 *
 * @param number its number among the claims of the event loop that made it
 */
public record IssueAnswer(long number, IssueOutcome outcome) {}
