package io.couponrush.issuance;

import io.couponrush.issuance.WarmUp.Held;
import io.couponrush.issuance.WarmUp.Outcome;
import io.couponrush.issuance.WarmUp.Owed;
import io.couponrush.issuance.WarmUp.Report;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which campaigns start soon, what Redis has to hold of them, and what was found there. */
public final class WarmUpStore implements WarmUp.Book {
    /** A look takes less than 5 seconds, or its node is gone; it holds for 10. */
    private static final String TAKE =
            """
            insert into campaign_warmups as w (event_id, epoch, state, checked_at)
            select e.id, e.epoch, 'checking', clock_timestamp()
              from coupon_events e left join campaign_warmups w on w.event_id = e.id
             where e.start_time > now() + interval '1 second' and e.start_time <= now() + $1 * interval '1 millisecond'
               and (w.event_id is null or w.epoch <> e.epoch and w.state <> 'checking'
                    or w.checked_at < now() - case when w.state = 'checking' then interval '5 seconds'
                                                   else interval '10 seconds' end)
             order by e.start_time
             limit $2
            on conflict (event_id) do update set state = 'checking', checked_at = excluded.checked_at
             where w.state <> 'checking' or w.checked_at < now() - interval '5 seconds'
            returning event_id
            """;

    private static final String STARTING =
            """
            select id from coupon_events where start_time > now() and start_time <= now() + interval '5 seconds' limit 1000
            """;

    private static final String OWED =
            """
            select e.epoch, e.total_count - e.issued_count as free, e.max_per_user, c.users, c.units
              from coupon_events e,
                   (select count(distinct user_id) as users, count(*) as units from user_coupons where event_id + 0 = $1) c
             where e.id = $1
            """;

    private static final String REPORT =
            """
            update campaign_warmups
               set epoch = $2, state = $3, checked_at = clock_timestamp(), stock = $4, max_per_user = $5, users = $6,
                   detail = $7
             where event_id = $1
            """;

    private static final String FIND =
            """
            select e.id, e.epoch, w.epoch as seen_epoch, w.state, w.checked_at, w.stock, w.max_per_user, w.users, w.detail
              from coupon_events e left join campaign_warmups w on w.event_id = e.id
             where e.id = $1
            """;

    private static final int DETAIL_MAX = 200;

    private final Pool pool;

    public WarmUpStore(Pool pool) {
        this.pool = pool;
    }

    @Override
    public Future<List<Long>> take(Duration ahead, int limit) {
        return pool.preparedQuery(TAKE)
                .execute(Tuple.of((double) ahead.toMillis(), limit))
                .map(WarmUpStore::ids);
    }

    @Override
    public Future<List<Long>> starting() {
        return pool.query(STARTING).execute().map(WarmUpStore::ids);
    }

    @Override
    public Future<Owed> owed(long eventId) {
        return pool.preparedQuery(OWED).execute(Tuple.of(eventId)).map(rows -> {
            Row row = rows.iterator().next();
            return new Owed(
                    row.getLong("epoch"),
                    row.getLong("free"),
                    row.getInteger("max_per_user"),
                    row.getLong("users"),
                    row.getLong("units"));
        });
    }

    @Override
    public Future<Void> report(long eventId, Report report) {
        Held held = report.held();
        String detail = report.detail();
        return pool.preparedQuery(REPORT)
                .execute(Tuple.of(
                                eventId,
                                report.epoch(),
                                report.outcome() == Outcome.FAILED ? "failed" : "ready",
                                held.stock(),
                                held.maxPerUser(),
                                held.users())
                        .addString(detail.substring(0, Math.min(DETAIL_MAX, detail.length()))))
                .mapEmpty();
    }

    /** What the staff is told of a campaign, or null when there is none. */
    Future<@Nullable JsonObject> find(long eventId) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of(eventId))
                .map(rows -> rows.size() == 0 ? null : json(rows.iterator().next()));
    }

    private static JsonObject json(Row row) {
        OffsetDateTime at = row.getOffsetDateTime("checked_at");
        String state = row.getString("state");
        boolean old = "ready".equals(state) && !row.getLong("epoch").equals(row.getLong("seen_epoch"));
        return new JsonObject()
                .put("eventId", row.getLong("id"))
                .put("state", state == null ? "none" : old ? "stale" : state)
                .put("checkedAt", at == null ? null : at.toInstant().toString())
                .put("stock", row.getLong("stock"))
                .put("maxPerUser", row.getInteger("max_per_user"))
                .put("users", row.getLong("users"))
                .put("detail", row.getString("detail"));
    }

    private static List<Long> ids(RowSet<Row> rows) {
        List<Long> ids = new ArrayList<>(rows.size());
        rows.forEach(row -> ids.add(row.getLong(0)));
        return ids;
    }
}
