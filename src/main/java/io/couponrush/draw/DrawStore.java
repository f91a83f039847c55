package io.couponrush.draw;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Draws, who entered them and who won. Owns the tables {@code draws}, {@code draw_entries} and {@code draw_winners}. */
public final class DrawStore {
    private static final String ENTER = """
            select enter_draw($1, $2)
            """;

    private static final String SEEN =
            """
            select d.seed, e.end_time <= clock_timestamp() as over, d.decided_at is not null as decided, d.entries, d.winners,
                   d.done_at is not null as done,
                   exists (select 1 from draw_entries n where n.event_id = $1 and n.user_id = $2) as entered,
                   (select w.place from draw_winners w where w.event_id = $1 and w.user_id = $2) as place,
                   (select w.user_id from draw_winners w where w.event_id = $1 and w.place = d.winners) as last_winner
              from draws d join coupon_events e on e.id = d.event_id
             where d.event_id = $1
            """;

    private static final String ENTRIES_OF =
            """
            select n.event_id, n.entered_at,
                   (select w.place from draw_winners w where w.event_id = n.event_id and w.user_id = n.user_id) as place
              from draw_entries n
             where n.user_id = $1 and n.event_id > $2
             order by n.event_id
             limit $3
            """;

    /** What is decided stays, by its bare ids: anybody may check it. */
    private static final String FORGET =
            """
            delete from draw_entries n using draws d
             where n.user_id = $1 and d.event_id = n.event_id and d.decided_at is null
            """;

    /** One that is over and that no other node is at. Who is at one says so again with each step. */
    private static final String TAKE =
            """
            update draws d
               set worker = $1, worker_until = clock_timestamp() + make_interval(secs => $2)
             where d.event_id = (
                       select o.event_id
                         from draws o join coupon_events e on e.id = o.event_id
                        where o.done_at is null and e.end_time <= clock_timestamp()
                          and (o.worker = $1 or o.worker_until is null or o.worker_until < clock_timestamp())
                        order by o.worker_until nulls first, o.event_id  -- one that hangs does not hold up the others
                        limit 1
                          for update of o skip locked)
            returning d.event_id, d.seed, d.decided_at is not null as decided, d.winners, d.issued_until
            """;

    /** A million entries take longer than a statement may. */
    private static final String TAKE_TIME = "set local statement_timeout = '5min'";

    private static final String DECIDE = """
            select decide_draw($1, $2, $3)
            """;

    private static final String WINNERS =
            """
            select place, user_id from draw_winners where event_id = $1 and place > $2 order by place limit $3
            """;

    private static final String ISSUED =
            """
            update draws set issued_until = greatest(issued_until, $2) where event_id = $1
            """;

    private static final String LOCK =
            """
            select d.told_until, e.title
              from draws d join coupon_events e on e.id = d.event_id
             where d.event_id = $1 and d.done_at is null
               for update of d
            """;

    private static final String OTHERS =
            """
            select n.user_id
              from draw_entries n
             where n.event_id = $1 and n.user_id > $2
               and not exists (select 1 from draw_winners w where w.event_id = $1 and w.user_id = n.user_id)
             order by n.user_id
             limit $3
            """;

    /** One row for many users: the relay makes a message for each. */
    private static final String TELL =
            """
            insert into outbox (dedup, topic, event_id, payload) values ($1, 'coupon.drawn', $2, $3)
            """;

    private static final String TOLD = "update draws set told_until = $2 where event_id = $1";

    private static final String DONE = "update draws set done_at = clock_timestamp() where event_id = $1";

    private final Pool pool;
    private final Pool patient;

    /** What Postgres said to somebody who wants to enter; the names are those of {@code enter_draw}. */
    enum Entry {
        ENTERED,
        NO_EVENT,
        NO_DRAW,
        NOT_OPEN,
        CLOSED,
        PAUSED,
        BARRED
    }

    /**
     * A draw as one user sees it.
     *
     * @param place of the user among the winners, or null
     * @param lastWinner the user with the highest ticket that won, or null
     */
    record Seen(
            Seed seed,
            boolean over,
            boolean decided,
            int entries,
            int winners,
            boolean done,
            boolean entered,
            @Nullable Integer place,
            @Nullable Long lastWinner) {}

    /** A draw that this node is at. */
    record Task(long eventId, Seed seed, boolean decided, int winners, int issuedUntil) {}

    record Winner(int place, long userId) {}

    /**
     * Makes the store.
     *
     * @param patient for what takes longer than a statement may
     */
    public DrawStore(Pool pool, Pool patient) {
        this.pool = pool;
        this.patient = patient;
    }

    /** In the transaction that forgets the user. */
    public static Future<Void> forget(SqlClient tx, long userId) {
        return tx.preparedQuery(FORGET).execute(Tuple.of(userId)).mapEmpty();
    }

    Future<Entry> enter(long eventId, long userId) {
        return pool.preparedQuery(ENTER)
                .execute(Tuple.of(eventId, userId))
                .map(rows -> Entry.valueOf(rows.iterator().next().getString(0)));
    }

    /** Empty when the campaign does not draw. */
    Future<Optional<Seen>> see(long eventId, long userId) {
        return pool.preparedQuery(SEEN).execute(Tuple.of(eventId, userId)).map(rows -> first(rows)
                .map(DrawStore::seen));
    }

    /** The draws that a user entered, in the order of their ids, beyond that one; a place in those that were won. */
    public Future<List<JsonObject>> entriesOf(long userId, long eventId, int limit) {
        return pool.preparedQuery(ENTRIES_OF)
                .execute(Tuple.of(userId, eventId, limit))
                .map(rows -> rows.stream().map(DrawStore::entry).toList());
    }

    private static JsonObject entry(Row row) {
        return new JsonObject()
                .put("eventId", row.getLong("event_id"))
                .put("since", row.getOffsetDateTime("entered_at").toInstant().toString())
                .put("place", row.getInteger("place"));
    }

    /** The next draw to be carried out, for that long and by nobody else meanwhile; empty when there is none. */
    Future<Optional<Task>> take(UUID worker, Duration time) {
        return pool.preparedQuery(TAKE)
                .execute(Tuple.of(worker, (double) time.toSeconds()))
                .map(rows -> first(rows).map(DrawStore::task));
    }

    /** Decides who has won, once for all. */
    Future<Void> decide(Task draw) {
        var values = Tuple.of(draw.eventId(), draw.seed().inner(), draw.seed().outer());
        return patient.withTransaction(tx -> tx.query(TAKE_TIME)
                .execute()
                .compose(v -> tx.preparedQuery(DECIDE).execute(values))
                .mapEmpty());
    }

    /** The winners behind a place, in their order. */
    Future<List<Winner>> winners(long eventId, int place, int limit) {
        return pool.preparedQuery(WINNERS)
                .execute(Tuple.of(eventId, place, limit))
                .map(rows -> {
                    var winners = new ArrayList<Winner>(rows.size());
                    rows.forEach(row -> winners.add(new Winner(row.getInteger("place"), row.getLong("user_id"))));
                    return winners;
                });
    }

    /** All winners up to that place have their coupons. */
    Future<Void> issued(long eventId, int place) {
        return pool.preparedQuery(ISSUED).execute(Tuple.of(eventId, place)).mapEmpty();
    }

    /** Puts word to the next of those who have not won into the outbox; without any left, the draw is done. */
    Future<Void> tell(long eventId, int limit) {
        return pool.withTransaction(tx -> tx.preparedQuery(LOCK)
                .execute(Tuple.of(eventId))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture()
                        : tell(tx, eventId, limit, rows.iterator().next())));
    }

    private static Future<Void> tell(SqlConnection tx, long eventId, int limit, Row draw) {
        long after = draw.getLong("told_until");
        return tx.preparedQuery(OTHERS).execute(Tuple.of(eventId, after, limit)).compose(rows -> {
            List<Long> users = rows.stream().map(row -> row.getLong("user_id")).toList();
            if (users.isEmpty()) {
                return tx.preparedQuery(DONE).execute(Tuple.of(eventId)).mapEmpty();
            }
            var told = new JsonObject()
                    .put("eventId", eventId)
                    .put("eventTitle", draw.getString("title"))
                    .put("userIds", new JsonArray(users));
            long last = users.get(users.size() - 1);
            return tx.preparedQuery(TELL)
                    .execute(Tuple.of("drawn:" + eventId + ":" + last, eventId, told))
                    .compose(v -> tx.preparedQuery(TOLD).execute(Tuple.of(eventId, last)))
                    .mapEmpty();
        });
    }

    private static Seen seen(Row row) {
        Integer entries = row.getInteger("entries");
        Integer winners = row.getInteger("winners");
        return new Seen(
                new Seed(row.getBuffer("seed")),
                row.getBoolean("over"),
                row.getBoolean("decided"),
                entries == null ? 0 : entries,
                winners == null ? 0 : winners,
                row.getBoolean("done"),
                row.getBoolean("entered"),
                row.getInteger("place"),
                row.getLong("last_winner"));
    }

    private static Task task(Row row) {
        Integer winners = row.getInteger("winners");
        return new Task(
                row.getLong("event_id"),
                new Seed(row.getBuffer("seed")),
                row.getBoolean("decided"),
                winners == null ? 0 : winners,
                row.getInteger("issued_until"));
    }

    private static Optional<Row> first(RowSet<Row> rows) {
        return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
    }
}
