package io.couponrush.issuance;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;

/** Owns the table {@code refusals}. */
public final class RefusalStore {
    /** In one order everywhere: nodes that write the same rows wait for each other and do not deadlock. */
    private static final String ADD =
            """
            insert into refusals as r (event_id, reason, refused)
            select e, w, n from unnest($1::bigint[], $2::text[], $3::bigint[]) as t (e, w, n) order by e, w
            on conflict (event_id, reason) do update set refused = r.refused + excluded.refused
            """;

    private final Pool pool;

    public RefusalStore(Pool pool) {
        this.pool = pool;
    }

    Future<Void> add(Map<RefusalTally.Key, Long> counts) {
        List<Map.Entry<RefusalTally.Key, Long>> all = List.copyOf(counts.entrySet());
        var events = all.stream().map(e -> e.getKey().eventId()).toArray(Long[]::new);
        var reasons = all.stream().map(e -> e.getKey().why().name()).toArray(String[]::new);
        var refused = all.stream().map(Map.Entry::getValue).toArray(Long[]::new);
        return pool.preparedQuery(ADD)
                .execute(Tuple.of(events, reasons, refused))
                .mapEmpty();
    }
}
