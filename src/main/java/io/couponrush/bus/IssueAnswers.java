package io.couponrush.bus;

import java.util.List;

/** What became of claims, each by its number: those that were decided in one turn, in any order. */
public record IssueAnswers(List<IssueAnswer> answers) {}
