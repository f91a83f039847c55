package io.couponrush.issuance;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.vertx.core.Future;

/** Claims for somebody, wherever claims are handled; a failed future means that nobody knows what became of it. */
@FunctionalInterface
public interface Issuing {
    Future<IssueOutcome> issue(IssueCommand command);
}
