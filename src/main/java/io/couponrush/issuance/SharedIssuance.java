package io.couponrush.issuance;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.config.Settings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** The way to issuing for those who claim for others, now and then and from any thread; one of a node. */
public final class SharedIssuance {
    private final Context loop;
    private final IssuanceClient client;

    public SharedIssuance(Vertx vertx, Settings settings) {
        loop = vertx.getOrCreateContext();
        client = new IssuanceClient(vertx, settings);
    }

    /** To be done once, before anybody asks. */
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        loop.runOnContext(v -> client.start().onComplete(started));
        return started.future();
    }

    /**
     * Answered within {@code issuance.deadline} and half a second, where it was asked. When it fails nobody knows what became
     * of the claim.
     */
    public Future<IssueOutcome> issue(IssueCommand command) {
        Context asker = Vertx.currentContext();
        Promise<IssueOutcome> answer = Promise.promise();
        loop.runOnContext(v -> client.issue(command).onComplete(done -> {
            if (asker == null) {
                answer.handle(done);
            } else {
                asker.runOnContext(back -> answer.handle(done));
            }
        }));
        return answer.future();
    }
}
