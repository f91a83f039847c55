package io.couponrush.staff;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what became of a campaign, in one look. It costs one pass over the campaign's coupons, by the index that guards
 * the users' limit: no index is kept on the claim path for it.
 */
public final class StatsStore {
    private static final String STATS =
            """
            with seconds as materialized (
                select date_trunc('second', issued_at) as at, count(*) as issued,
                       count(*) filter (where status = 'used') as used,
                       count(*) filter (where status = 'expired'
                                           or (status = 'active' and expires_at <= now())) as expired,
                       count(*) filter (where status = 'revoked') as revoked,
                       min(issued_at) as first, max(issued_at) as last
                  from user_coupons
                 where event_id + 0 = $1
                 group by 1),
            whole as (
                select coalesce(sum(used), 0)::bigint as used, coalesce(sum(expired), 0)::bigint as expired,
                       coalesce(sum(revoked), 0)::bigint as revoked, coalesce(max(issued), 0) as peak,
                       (array_agg(at order by issued desc, at))[1] as peak_at,
                       min(first) as first, max(last) as last
                  from seconds)
            select now() as at, e.total_count, e.issued_count, e.start_time, w.*,
                   (select jsonb_agg(jsonb_build_array(extract(epoch from s.at)::bigint, s.issued) order by s.at)
                      from (select at, issued from seconds order by at desc limit 3600) s) as per_second,
                   (select jsonb_agg(jsonb_build_array(extract(epoch from h.at)::bigint, h.issued) order by h.at)
                      from (select date_trunc('hour', at, 'UTC') as at, sum(issued)::bigint as issued
                              from seconds group by 1 order by 1 desc limit 2400) h) as per_hour,
                   (select jsonb_object_agg(r.reason, r.refused) from refusals r where r.event_id = e.id) as refused
              from coupon_events e, whole w
             where e.id = $1
            """;

    /** Where one is all that a user may have, nobody has more, and nothing is read. */
    private static final String TOP_USERS =
            """
            select t.user_id, u.email, t.issued
              from (select user_id, count(*) as issued
                      from user_coupons
                     where event_id + 0 = $1 and (select max_per_user from coupon_events where id = $1) > 1
                     group by user_id
                    having count(*) > 1
                     order by issued desc, user_id
                     limit 10) t
              left join users u on u.id = t.user_id
             order by t.issued desc, t.user_id
            """;

    private final Supplier<Pool> pools;
    private final long timeoutMillis;

    /**
     * Makes the store.
     *
     * @param timeout of one reading, should Postgres not keep to its own limits
     */
    public StatsStore(Supplier<Pool> pools, Duration timeout) {
        this.pools = pools;
        this.timeoutMillis = timeout.toMillis();
    }

    /** The statistics of a campaign; empty when there is no such campaign. */
    Future<Optional<EventStats>> read(long eventId) {
        return look(eventId).timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    private Future<Optional<EventStats>> look(long eventId) {
        var id = Tuple.of(eventId);
        Pool pool = pools.get();
        return pool.preparedQuery(STATS)
                .execute(id)
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(Optional.empty())
                        : pool.preparedQuery(TOP_USERS)
                                .execute(id)
                                .map(top -> Optional.of(
                                        stats(eventId, rows.iterator().next(), top))));
    }

    private static EventStats stats(long eventId, Row row, Iterable<Row> top) {
        var users = new JsonArray();
        for (Row user : top) {
            users.add(new JsonObject()
                    .put("userId", user.getLong("user_id"))
                    .put("email", user.getString("email"))
                    .put("issued", user.getLong("issued")));
        }
        return new EventStats(
                eventId,
                row.getOffsetDateTime("at").toInstant(),
                row.getInteger("total_count"),
                row.getInteger("issued_count"),
                row.getOffsetDateTime("start_time").toInstant(),
                row.getLong("used"),
                row.getLong("expired"),
                row.getLong("revoked"),
                instant(row, "first"),
                instant(row, "last"),
                row.getLong("peak"),
                instant(row, "peak_at"),
                points(row, "per_second"),
                points(row, "per_hour"),
                Objects.requireNonNullElseGet(row.get(JsonObject.class, "refused"), JsonObject::new),
                users);
    }

    /** Pairs of seconds since 1970 and a count, as the API shows them. */
    private static JsonArray points(Row row, String column) {
        var points = new JsonArray();
        JsonArray pairs = row.get(JsonArray.class, column);
        for (int i = 0; pairs != null && i < pairs.size(); i++) {
            JsonArray pair = pairs.getJsonArray(i);
            points.add(new JsonObject()
                    .put("at", Instant.ofEpochSecond(pair.getLong(0)).toString())
                    .put("issued", pair.getLong(1)));
        }
        return points;
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
