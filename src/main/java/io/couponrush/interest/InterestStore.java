package io.couponrush.interest;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who wants to hear of which campaign. Those who are told that stock is back are taken off by {@code call_waiting} (V041). */
public final class InterestStore {
    /** Users in one transaction; each is a message of its own in the end. */
    static final int BATCH = 250;

    /** Of those who wait for stock, in one transaction. */
    static final int CALLED = 1_000;

    private static final String JOIN =
            """
            insert into interests (event_id, user_id) values ($1, $2)
            on conflict on constraint one_interest do update set user_id = excluded.user_id
            returning created_at
            """;

    private static final String SINCE = "select created_at from interests where event_id = $1 and user_id = $2";

    private static final String LEAVE = "delete from interests where event_id = $1 and user_id = $2";

    /**
     * In three parts, since each reads only what it takes: a list of which most were reminded is not walked again and again.
     * A start may come back that was told before, so what makes a row unique is the transaction.
     */
    static final String REMIND =
            """
            with turn as materialized (select pg_try_advisory_xact_lock(7266016) as mine),
            next as materialized (
                select w.id
                  from coupon_events e, lateral (
                       (select i.id from interests i
                         where i.event_id = e.id and i.reminded_for is null order by i.reminded_for, i.id limit $2)
                       union all
                       (select i.id from interests i
                         where i.event_id = e.id and i.reminded_for < e.start_time order by i.reminded_for, i.id limit $2)
                       union all
                       (select i.id from interests i
                         where i.event_id = e.id and i.reminded_for > e.start_time order by i.reminded_for, i.id limit $2)) w
                 where e.start_time > now() and e.start_time <= now() + make_interval(secs => $1)
                   and (select mine from turn)
                 order by e.start_time
                 limit $2),
            due as materialized (
                select i.id, e.title, e.start_time
                  from next n join interests i on i.id = n.id join coupon_events e on e.id = i.event_id
                 where i.reminded_for is distinct from e.start_time
                   for update of i skip locked),
            marked as (
                update interests i set reminded_for = d.start_time from due d where i.id = d.id
                returning i.id, i.event_id, i.user_id, d.title, d.start_time),
            told as (
                insert into outbox (dedup, topic, event_id, payload)
                select 'starting:' || event_id || ':' || min(id) || ':' || pg_current_xact_id(), 'coupon.starting', event_id,
                       jsonb_build_object(
                           'eventId', event_id, 'eventTitle', title,
                           'startTime', rtrim(rtrim(to_char(start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                                                    '0'), '.') || 'Z',
                           'userIds', jsonb_agg(user_id order by id))
                  from marked
                 group by event_id, title, start_time)
            select count(*)::integer from marked
            """;

    /** Goes on where {@code tell_stock} (V041) left off. */
    private static final String CALL_MORE = "select call_more($1)";

    /** The lists are found one after the other, by their first row: there are few beside those of events to come. */
    private static final String PRUNE =
            """
            with recursive listed as (
                (select event_id from interests order by event_id limit 1)
                union all
                select (select i.event_id from interests i where i.event_id > l.event_id order by i.event_id limit 1)
                  from listed l
                 where l.event_id is not null),
            over as materialized (
                select l.event_id
                  from listed l left join coupon_events e on e.id = l.event_id
                 where l.event_id is not null and (e.id is null or e.end_time <= now())
                 limit 1)
            delete from interests where id in (
                select i.id from interests i join over o on o.event_id = i.event_id limit $1
                   for update of i skip locked)
            """;

    private final Pool pool;

    public InterestStore(Pool pool) {
        this.pool = pool;
    }

    /** Puts a user on the list; since when it is there, for whoever is keeps the place. */
    Future<Instant> join(long eventId, long userId) {
        return pool.preparedQuery(JOIN)
                .execute(Tuple.of(eventId, userId))
                .map(rows -> since(rows.iterator().next()));
    }

    /** Since when a user is on the list, or null. */
    Future<@Nullable Instant> since(long eventId, long userId) {
        return pool.preparedQuery(SINCE).execute(Tuple.of(eventId, userId)).map(InterestStore::firstSince);
    }

    /** Takes a user off the list; nothing where there is none. */
    Future<Void> leave(long eventId, long userId) {
        return pool.preparedQuery(LEAVE).execute(Tuple.of(eventId, userId)).mapEmpty();
    }

    /** Tells of starts within that time, each user once a start; how many, at most {@link #BATCH}. One node at a time. */
    Future<Integer> remind(Duration before) {
        return pool.preparedQuery(REMIND)
                .execute(Tuple.of(before.toMillis() / 1_000.0, BATCH))
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /** Tells the next who wait for stock that returned in quantity; whether there may be more. */
    Future<Boolean> callMore() {
        return pool.preparedQuery(CALL_MORE)
                .execute(Tuple.of(CALLED))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Takes users off the list of an event that is over; how many, at most {@link #BATCH}. */
    Future<Integer> prune() {
        return pool.preparedQuery(PRUNE).execute(Tuple.of(BATCH)).map(RowSet::rowCount);
    }

    private static @Nullable Instant firstSince(RowSet<Row> rows) {
        return rows.size() == 0 ? null : since(rows.iterator().next());
    }

    private static Instant since(Row row) {
        return row.getOffsetDateTime(0).toInstant();
    }
}
