package io.couponrush.backing;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** A table that lists users of campaigns, as one of these users sees it. */
public final class UserList {
    private final String page;
    private final String forget;

    /**
     * Makes a view of it.
     *
     * @param table has {@code event_id} and {@code user_id}, which together are there once
     * @param since the column that says when the user was put on it
     */
    public UserList(String table, String since) {
        page = "select event_id, " + since + " as since from " + table
                + " where user_id = $1 and event_id > $2 order by event_id limit $3";
        forget = "delete from " + table + " where user_id = $1";
    }

    /** The campaigns on whose list a user is, in the order of their ids, beyond that one; at most {@code limit}. */
    public Future<List<JsonObject>> of(Pool pool, long userId, long eventId, int limit) {
        return pool.preparedQuery(page)
                .execute(Tuple.of(userId, eventId, limit))
                .map(rows -> {
                    var found = new ArrayList<JsonObject>(rows.size());
                    rows.forEach(row -> found.add(item(row)));
                    return found;
                });
    }

    /** Takes a user off everywhere, in the transaction that forgets the user. */
    public Future<Void> forget(SqlClient tx, long userId) {
        return tx.preparedQuery(forget).execute(Tuple.of(userId)).mapEmpty();
    }

    private static JsonObject item(Row row) {
        return new JsonObject()
                .put("eventId", row.getLong("event_id"))
                .put("since", row.getOffsetDateTime("since").toInstant().toString());
    }
}
