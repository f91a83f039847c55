package io.couponrush.issuance;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.tracing.Span;
import io.couponrush.tracing.Tracing;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The sampled claims that are under way at this node, for those who work on batches of claims. Each claim of a batch has a
 * span of its own, with the batch's times and size. Lives on the event loop of issuing.
 */
final class ClaimTraces {
    private static final String OUTCOME = "couponrush.outcome";

    private final Tracing tracing;
    private final Map<UUID, Span> underWay = new HashMap<>();

    ClaimTraces(Tracing tracing) {
        this.tracing = tracing;
    }

    /** Null for a claim that is not sampled. Whoever gets a span has to {@link #end(UUID, Span, IssueOutcome) end} it. */
    @Nullable
    Span begin(IssueCommand command) {
        Span span = tracing.begin("coupon.issue process", Span.Kind.SERVER, command.trace());
        if (span != null) {
            span.with("couponrush.event.id", command.eventId());
            underWay.put(command.rid(), span);
        }
        return span;
    }

    void end(UUID rid, Span span, IssueOutcome outcome) {
        boolean unused = underWay.remove(rid, span); // a later try of the same key goes on
        end(span, outcome, null);
    }

    /** A part of that claim, called so; null when it is not sampled. */
    @Nullable
    Span part(UUID rid, String name) {
        return underWay.isEmpty() ? null : Tracing.within(tracing, underWay.get(rid), name, Span.Kind.CLIENT);
    }

    /** Ends the parts of one batch. */
    static void end(Collection<Span> parts, @Nullable Throwable failure) {
        parts.forEach(part -> end(part, null, failure));
    }

    static void end(Span span, @Nullable IssueOutcome outcome, @Nullable Throwable failure) {
        if (outcome != null) {
            span.with(OUTCOME, name(outcome));
        }
        span.end(failure);
    }

    private static String name(IssueOutcome outcome) {
        if (outcome instanceof Issued issued) {
            return issued.replayed() ? "REPLAYED" : "ISSUED";
        }
        return outcome instanceof Refused refused
                ? refused.why().name()
                : ((Deferred) outcome).overloaded() ? "OVERLOADED" : "DEFERRED";
    }
}
