package io.couponrush.notification;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What users were told, in the order of its ids. Owns the table {@code notices}. */
public final class NoticeStore {
    /**
     * One writer at a time, until its commit; who forgets a user waits for it (V043). Otherwise a transaction with lower
     * ids could commit after one with higher ids, and a browser that asks for what came after the higher ones would never
     * see the lower. A node that hangs keeps the others waiting no longer than that.
     */
    static final String ONE_AT_A_TIME =
            """
            set local idle_in_transaction_session_timeout = '1s';
            select pg_advisory_xact_lock(7266013)
            """;

    private static final String ADD =
            """
            with asked as (
                select a.*,
                       a.user_id is null or exists (select 1 from users u where u.id = a.user_id) as known,
                       case
                           when a.coupon_id is not null then exists (
                               select 1 from user_coupons c where c.id = a.coupon_id and c.user_id = a.user_id)
                           when a.type = 'coupon.drawn' then exists (
                               select 1 from draw_entries d where d.event_id = a.event_id and d.user_id = a.user_id)
                           else true
                       end as true_of_user
                  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
                       with ordinality as a (message_id, user_id, coupon_id, type, body, event_id, ord)),
            added as (
                insert into notices (message_id, user_id, type, body)
                select message_id, user_id, type, body from asked where known and true_of_user order by ord
                on conflict (message_id) do nothing
                returning message_id, id)
            select a.message_id, n.id, a.known, a.true_of_user from asked a left join added n on n.message_id = a.message_id
            """;

    private static final String AFTER =
            """
            select id, body from notices where user_id = $1 and id > $2 order by id limit $3
            """;

    /** Looks at the oldest only; ids grow with time. */
    private static final String PRUNE =
            """
            delete from notices where id in (
                select id from (select id, created_at from notices order by id limit $1) oldest
                 where created_at < now() - interval '7 days')
            """;

    private final Pool pool;

    /** What became of a message. */
    sealed interface Fate {}

    record Added(long id) implements Fate {}

    /** Known already; for a user who was forgotten; or not true: the coupon is not that user's. */
    enum NotAdded implements Fate {
        DUPLICATE,
        FORGOTTEN,
        UNTRUE
    }

    public NoticeStore(Pool pool) {
        this.pool = pool;
    }

    /** Keeps the messages that are new and true, and for somebody; their ids are different ones. All or none. */
    Future<Map<String, Fate>> add(List<Incoming> messages) {
        Tuple columns = Tuple.of(
                column(messages, Incoming::messageId).toArray(String[]::new),
                column(messages, Incoming::userId).toArray(Long[]::new),
                column(messages, Incoming::couponId).toArray(Long[]::new),
                column(messages, Incoming::type).toArray(String[]::new),
                column(messages, Incoming::body).toArray(String[]::new),
                column(messages, Incoming::eventId).toArray(Long[]::new));
        return pool.withTransaction(tx -> tx.query(ONE_AT_A_TIME)
                .execute()
                .compose(v -> tx.preparedQuery(ADD).execute(columns))
                .map(NoticeStore::fates));
    }

    /** What one user was told after that id, oldest first. */
    public Future<List<JsonObject>> after(long userId, long id, int limit) {
        return pool.preparedQuery(AFTER).execute(Tuple.of(userId, id, limit)).map(rows -> {
            var found = new ArrayList<JsonObject>(rows.size());
            rows.forEach(row -> found.add(new JsonObject(Incoming.withId(row.getLong("id"), row.getString("body")))));
            return found;
        });
    }

    /** How many of the {@code slice} oldest were old enough to go. */
    Future<Integer> prune(int slice) {
        return pool.preparedQuery(PRUNE).execute(Tuple.of(slice)).map(RowSet::rowCount);
    }

    private static Map<String, Fate> fates(RowSet<Row> rows) {
        Map<String, Fate> fates = new HashMap<>();
        rows.forEach(row -> fates.put(row.getString("message_id"), fate(row)));
        return fates;
    }

    private static Fate fate(Row row) {
        if (!row.getBoolean("known")) {
            return NotAdded.FORGOTTEN;
        }
        if (!Objects.requireNonNull(row.getBoolean("true_of_user"))) {
            return NotAdded.UNTRUE;
        }
        Long id = row.getLong("id");
        return id == null ? NotAdded.DUPLICATE : new Added(id);
    }

    private static <T extends @Nullable Object> List<T> column(
            List<Incoming> messages, Function<Incoming, T> component) {
        var column = new ArrayList<T>(messages.size());
        messages.forEach(message -> column.add(component.apply(message)));
        return column;
    }
}
