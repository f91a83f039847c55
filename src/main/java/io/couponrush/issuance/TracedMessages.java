package io.couponrush.issuance;

import io.couponrush.tracing.Span;
import io.couponrush.tracing.Tracing;
import io.vertx.core.AsyncResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The messages of one batch; those of sampled coupons carry the span of their publishing, from sending to confirms. */
final class TracedMessages {
    private final List<OutboxMessage> messages;
    private final Map<OutboxMessage, Span> spans;

    private TracedMessages(List<OutboxMessage> messages, Map<OutboxMessage, Span> spans) {
        this.messages = messages;
        this.spans = spans;
    }

    /** Without tracing, the messages as they are. */
    static TracedMessages begin(@Nullable Tracing tracing, List<OutboxMessage> messages) {
        Map<OutboxMessage, Span> spans = new HashMap<>();
        if (tracing == null) {
            return new TracedMessages(messages, spans);
        }
        var traced = new ArrayList<OutboxMessage>(messages.size());
        for (OutboxMessage message : messages) {
            Span span = tracing.begin(message.topic() + " publish", Span.Kind.PRODUCER, message.trace());
            OutboxMessage sent = span == null ? message : message.within(span.parentText());
            if (span != null) {
                span.with("messaging.system", "rabbitmq").with("messaging.batch.message_count", messages.size());
                spans.put(sent, span);
            }
            traced.add(sent);
        }
        return new TracedMessages(traced, spans);
    }

    List<OutboxMessage> messages() {
        return messages;
    }

    /** A message of a row that stays open was not confirmed, or one of its neighbours was not: it is sent again. */
    void end(AsyncResult<Confirms.Outcome> done) {
        spans.forEach((message, span) -> {
            if (done.succeeded() && done.result().openRows().contains(message.rowId())) {
                span.failed("unconfirmed");
            }
            span.end(done.cause());
        });
    }
}
