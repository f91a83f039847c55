package io.couponrush.issuance;

import io.couponrush.bus.IssueAnswer;
import io.couponrush.bus.IssueAnswers;
import io.couponrush.bus.IssueOutcome;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers on their way back: those of one turn to one event loop are one message. Lives on one event loop. */
final class AnswerPost {
    private final EventBus bus;
    private final Timers timers;
    private final DeliveryOptions options;
    private Map<String, List<IssueAnswer>> ready = new HashMap<>();

    /**
     * Makes a post with nothing in it.
     *
     * @param localOnly only event loops of this node are answered
     */
    AnswerPost(EventBus bus, Timers timers, boolean localOnly) {
        this.bus = bus;
        this.timers = timers;
        options = new DeliveryOptions().setLocalOnly(localOnly);
    }

    void add(String answerTo, long number, IssueOutcome outcome) {
        if (ready.isEmpty()) {
            timers.soon(this::send);
        }
        ready.computeIfAbsent(answerTo, unknown -> new ArrayList<>()).add(new IssueAnswer(number, outcome));
    }

    /** Whoever has gone meanwhile finds its coupons by its keys. */
    private void send() {
        ready.forEach((answerTo, answers) -> bus.send(answerTo, new IssueAnswers(answers), options));
        ready = new HashMap<>();
    }
}
