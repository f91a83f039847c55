package io.couponrush.issuance;

import io.couponrush.tracing.Span;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Records the reservations of sampled claims; everything else is passed on. */
final class TracedLedger implements Ledger {
    private final Ledger ledger;
    private final ClaimTraces traces;

    TracedLedger(Ledger ledger, ClaimTraces traces) {
        this.ledger = ledger;
        this.traces = traces;
    }

    @Override
    public Future<Reserved> reserve(long eventId, List<Ask> claims) {
        var spans = new ArrayList<Span>();
        for (Ask ask : claims) {
            Span span = traces.part(ask.rid(), "reserve");
            if (span != null) {
                spans.add(span.with("db.system.name", "redis").with("db.operation.batch.size", claims.size()));
            }
        }
        Future<Reserved> reserved = ledger.reserve(eventId, claims);
        return spans.isEmpty() ? reserved : reserved.onComplete(done -> ClaimTraces.end(spans, done.cause()));
    }

    @Override
    public Future<Snapshot> snapshot(long eventId) {
        return ledger.snapshot(eventId);
    }

    @Override
    public boolean away() {
        return ledger.away();
    }

    @Override
    public Future<Void> settle(long eventId, long epoch, List<Settlement> settlements, int soldOutGeneration) {
        return ledger.settle(eventId, epoch, settlements, soldOutGeneration);
    }

    @Override
    public Future<Void> checkMaster() {
        return ledger.checkMaster();
    }

    @Override
    public Future<Void> load(long eventId, CouponBook.Epoch epoch) {
        return ledger.load(eventId, epoch);
    }

    @Override
    public Future<Void> loadCounts(long eventId, long epoch, Map<Long, Integer> counts, boolean last) {
        return ledger.loadCounts(eventId, epoch, counts, last);
    }

    @Override
    public Future<Overdue> overdue(long eventId, int limit, long expireAt) {
        return ledger.overdue(eventId, limit, expireAt);
    }
}
