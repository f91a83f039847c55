package io.couponrush.bus;

import java.util.List;

/**
 * The claims of one turn of an event loop.
 *
 * @param answerTo the address that wants {@link IssueAnswers}
 * @param first the number of the first claim there; those behind it have the next ones
 */
public record IssueCommands(String answerTo, long first, List<IssueCommand> commands) {}
