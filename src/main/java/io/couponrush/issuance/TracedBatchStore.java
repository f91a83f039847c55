package io.couponrush.issuance;

import io.couponrush.tracing.Span;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * Records what Postgres does for sampled claims, and keeps in the same transaction where their traces go on, for whoever
 * publishes their coupons. A batch without sampled claims is the plain statement.
 */
final class TracedBatchStore implements BatchStore {
    /** In the order of the rids, as all rows are written that somebody else may write as well. */
    private static final String KEEP =
            """
            insert into claim_traces (rid, traceparent)
            select r, p from unnest($1::uuid[], $2::text[]) as t (r, p) order by r
            on conflict (rid) do nothing
            """;

    private final ClaimTraces traces;

    TracedBatchStore(ClaimTraces traces) {
        this.traces = traces;
    }

    @Override
    public Future<RowSet<Row>> run(
            BiFunction<String, Tuple, Future<RowSet<Row>>> query, String sql, List<Claim> batch, Tuple args) {
        Map<UUID, Span> spans = new TreeMap<>();
        for (Claim claim : batch) {
            Span span = traces.part(claim.rid(), "issue");
            if (span != null) {
                span.with("db.system.name", "postgresql").with("db.operation.batch.size", batch.size());
                spans.put(claim.rid(), span);
            }
        }
        if (spans.isEmpty()) {
            return query.apply(sql, args);
        }
        String keep = KEEP.replace("$1", "$" + (args.size() + 1)).replace("$2", "$" + (args.size() + 2));
        args.addValue(spans.keySet().toArray(UUID[]::new));
        args.addValue(spans.values().stream().map(Span::parentText).toArray(String[]::new));
        return query.apply("with traced as (" + keep + ") " + sql, args)
                .onComplete(done -> ClaimTraces.end(spans.values(), done.cause()));
    }
}
