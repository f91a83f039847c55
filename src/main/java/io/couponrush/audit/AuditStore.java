package io.couponrush.audit;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Owns the table {@code audit_log}, which is only added to. */
public final class AuditStore {
    private static final String APPEND =
            """
            insert into audit_log (actor_id, role, action, target, outcome, before, after, trace_id, client)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """;

    private static final String PAGE =
            """
            select id, at, actor_id, role, action, target, outcome, before, after, trace_id, client
              from audit_log
             where ($1::bigint is null or actor_id = $1)
               and ($2::text is null or action = $2)
               and ($3::text is null or target = $3)
               and id < $4
             order by id desc
             limit $5
            """;

    /** Each half by an index of its own. */
    private static final String ABOUT =
            """
            select * from (
                (select * from audit_log where actor_id = $1 and id < $2 order by id desc limit $3)
                union all
                (select * from audit_log
                  where target = 'user:' || $1::bigint and actor_id is distinct from $1 and id < $2
                  order by id desc limit $3)) lines
             order by id desc
             limit $3
            """;

    private final Pool writing;
    private final Pool reading;

    /** A line of the log, ready to be shown. */
    record Line(long id, JsonObject json) {}

    public AuditStore(Pool writing, Pool reading) {
        this.writing = writing;
        this.reading = reading;
    }

    /** Adds a line in the transaction of what it tells: both are there, or neither. */
    public static Future<Void> append(SqlClient tx, AuditEntry entry) {
        Deed deed = entry.deed();
        var values = Tuple.tuple()
                .addValue(deed.actorId())
                .addString(deed.role())
                .addString(deed.action())
                .addValue(entry.target())
                .addString(entry.outcome())
                .addValue(entry.before())
                .addValue(entry.after())
                .addString(deed.traceId())
                .addValue(deed.client());
        return tx.preparedQuery(APPEND).execute(values).mapEmpty();
    }

    /** Adds a line about something that has no transaction. */
    Future<Void> append(AuditEntry entry) {
        return append(writing, entry);
    }

    /** Newest first; at most {@code limit}. */
    Future<List<Line>> page(AuditQuery query, int limit) {
        return reading.preparedQuery(PAGE)
                .execute(Tuple.of(query.actorId(), query.action(), query.target(), query.beforeId(), limit))
                .map(rows -> {
                    var page = new ArrayList<Line>(rows.size());
                    rows.forEach(row -> page.add(line(row)));
                    return page;
                });
    }

    /** What one user did with privileges, and what others did to that user; newest first, below that id; at most {@code limit}. */
    public Future<List<JsonObject>> about(long userId, long beforeId, int limit) {
        return reading.preparedQuery(ABOUT)
                .execute(Tuple.of(userId, beforeId, limit))
                .map(rows -> rows.stream()
                        .map(row -> toldTo(userId, line(row).json()))
                        .toList());
    }

    /** Who the others were, and where, is theirs. */
    private static JsonObject toldTo(long userId, JsonObject line) {
        boolean own = line.getLong("actor") != null && line.getLong("actor") == userId;
        return own ? line : line.putNull("actor").putNull("client");
    }

    private static Line line(Row row) {
        var json = new JsonObject()
                .put("id", row.getLong("id"))
                .put("at", row.getOffsetDateTime("at").toInstant().toString())
                .put("actor", row.getLong("actor_id"))
                .put("role", row.getString("role"))
                .put("action", row.getString("action"))
                .put("target", row.getString("target"))
                .put("outcome", row.getString("outcome"))
                .put("before", row.getValue("before"))
                .put("after", row.getValue("after"))
                .put("traceId", row.getString("trace_id"))
                .put("client", row.getString("client"));
        return new Line(row.getLong("id"), json);
    }
}
