package io.couponrush.interest;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who wants to hear of which campaign. Those who are told that stock is back are taken off by {@code tell_stock} (V016). */
public final class InterestStore {
    /** Users in one transaction; each is a message of its own in the end. */
    static final int BATCH = 250;

    private static final String JOIN =
            """
            insert into interests (event_id, user_id) values ($1, $2)
            on conflict on constraint one_interest do update set user_id = excluded.user_id
            returning created_at
            """;

    private static final String SINCE = "select created_at from interests where event_id = $1 and user_id = $2";

    private static final String LEAVE = "delete from interests where event_id = $1 and user_id = $2";

    private static final String REMIND =
            """
            with turn as materialized (select pg_try_advisory_xact_lock(7266016) as mine),
            due as materialized (
                select i.id, e.title, e.start_time
                  from coupon_events e join interests i on i.event_id = e.id
                 where e.start_time > now() and e.start_time <= now() + make_interval(secs => $1)
                   and i.reminded_for is distinct from e.start_time and (select mine from turn)
                 order by e.start_time, i.id
                 limit $2
                   for update of i skip locked),
            marked as (
                update interests i set reminded_for = d.start_time from due d where i.id = d.id
                returning i.id, i.event_id, i.user_id, d.title, d.start_time),
            told as (
                insert into outbox (dedup, topic, event_id, payload)
                select 'starting:' || extract(epoch from start_time)::bigint || ':' || min(id), 'coupon.starting', event_id,
                       jsonb_build_object(
                           'eventId', event_id, 'eventTitle', title,
                           'startTime', to_char(start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                           'userIds', jsonb_agg(user_id order by id))
                  from marked
                 group by event_id, title, start_time)
            select count(*)::integer from marked
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

    private static @Nullable Instant firstSince(RowSet<Row> rows) {
        return rows.size() == 0 ? null : since(rows.iterator().next());
    }

    private static Instant since(Row row) {
        return row.getOffsetDateTime(0).toInstant();
    }
}
