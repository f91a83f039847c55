package io.couponrush.issuance;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.IssueAnswer;
import io.couponrush.bus.IssueAnswers;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueCommands;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.config.Settings;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageProducer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * The way of one event loop to issuing and back: this node's own where it has the role, another node's only where
 * {@code issuance.remote} says so. Claims of one turn travel in one message, and so do answers (decision 29).
 */
final class IssuanceClient {
    private static final Duration REPLY_SLACK = Duration.ofMillis(500);
    private static final long TICK_MS = 100;

    private final String answerTo = "coupon.answers." + UUID.randomUUID();
    private final Vertx vertx;
    private final boolean remote;
    private final long patienceNanos;
    private final MessageProducer<IssueCommands> toIssuing;
    private final LongObjectMap<Asked> asked = new LongObjectHashMap<>();
    private List<IssueCommand> turn = new ArrayList<>();
    private long oldest;
    private long next;

    private record Asked(Promise<IssueOutcome> answer, long until) {}

    IssuanceClient(Vertx vertx, Settings settings) {
        this.vertx = vertx;
        remote = ReloadClient.isRemote(settings);
        patienceNanos = settings.issuance().deadline().plus(REPLY_SLACK).toNanos();
        toIssuing = vertx.eventBus()
                .sender(remote ? Addresses.ISSUE_REMOTE : Addresses.ISSUE, new DeliveryOptions().setLocalOnly(!remote));
    }

    /** Listens for answers; to be called once, on the event loop that will ask. */
    Future<Void> start() {
        vertx.setPeriodic(TICK_MS, id -> giveUp(System.nanoTime()));
        EventBus bus = vertx.eventBus();
        Handler<Message<IssueAnswers>> take =
                message -> message.body().answers().forEach(this::take);
        return (remote ? bus.consumer(answerTo, take) : bus.localConsumer(answerTo, take)).completion();
    }

    /**
     * Answered within {@code issuance.deadline} and half a second. When it fails nobody knows what became of the claim.
     */
    Future<IssueOutcome> issue(IssueCommand command) {
        if (turn.isEmpty()) {
            vertx.runOnContext(v -> send());
        }
        turn.add(command);
        var answer = Promise.<IssueOutcome>promise();
        asked.put(next++, new Asked(answer, System.nanoTime() + patienceNanos));
        return answer.future();
    }

    private void send() {
        var commands = new IssueCommands(answerTo, next - turn.size(), turn);
        turn = new ArrayList<>();
        toIssuing.write(commands).onFailure(nobody -> fail(commands, nobody));
    }

    private void fail(IssueCommands commands, Throwable why) {
        for (int i = 0; i < commands.commands().size(); i++) {
            Asked claim = asked.remove(commands.first() + i);
            if (claim != null) {
                claim.answer().fail(why);
            }
        }
    }

    private void take(IssueAnswer answer) {
        Asked claim = asked.remove(answer.number());
        if (claim != null) { // else it came too late
            claim.answer().complete(answer.outcome());
        }
    }

    /** Numbers grow as deadlines do. */
    private void giveUp(long now) {
        for (; oldest < next; oldest++) {
            Asked claim = asked.get(oldest);
            if (claim != null && now - claim.until() < 0) {
                return;
            }
            if (claim != null) {
                asked.remove(oldest);
                claim.answer().fail(new TimeoutException("issuing does not answer"));
            }
        }
    }
}
