package io.couponrush.redemption;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/**
 * Marks coupons whose time comes, and tells, in one transaction. A coupon is first marked as warned, and told about if
 * there is still time, and then as expired.
 *
 * <p>One node at a time; coupons that somebody is just using are left for the next look. No campaign is locked.
 */
public final class ExpiryStore {
    /** Coupons in one transaction. */
    static final int BATCH = 256;

    private static final String WARN = mark(
            "not warned and expires_at <= now() + make_interval(secs => $1)",
            "warned = true",
            "expiring",
            "expires_at > now()");

    private static final String EXPIRE =
            mark("warned and expires_at <= now()", "status = 'expired'", "expired", "true");

    private final Pool pool;

    public ExpiryStore(Pool pool) {
        this.pool = pool;
    }

    /** Marks coupons that expire within that time; how many, at most {@link #BATCH}. */
    Future<Integer> warn(Duration before) {
        return count(WARN, Tuple.of(before.toMillis() / 1_000.0));
    }

    /** Marks coupons that are past their expiry; how many, at most {@link #BATCH}. */
    Future<Integer> expire() {
        return count(EXPIRE, Tuple.tuple());
    }

    private Future<Integer> count(String sql, Tuple values) {
        return pool.preparedQuery(sql)
                .execute(values)
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /** A batch of what is due gets the change, and a row tells of those for whom {@code news} holds. */
    private static String mark(String due, String change, String topic, String news) {
        return """
            with turn as materialized (select pg_try_advisory_xact_lock(7266014) as mine),
            due as materialized (
                select id from user_coupons
                 where status = 'active' and %1$s and (select mine from turn)
                 order by expires_at
                 limit %5$d
                   for update skip locked),
            marked as (
                update user_coupons c set %2$s from due where c.id = due.id
                returning c.id, c.event_id, c.expires_at),
            told as (
                insert into outbox (dedup, topic, event_id, payload)
                select '%3$s:' || min(id), 'coupon.%3$s', event_id,
                       jsonb_build_object('couponIds', jsonb_agg(id order by id))
                  from marked
                 where %4$s
                 group by event_id)
            select count(*)::integer from marked
            """
                .formatted(due, change, topic, news, BATCH);
    }
}
