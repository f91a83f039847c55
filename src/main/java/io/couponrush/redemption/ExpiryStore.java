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

    /**
     * Coupons that expire within that time and are past half of their life. One kind of life after the other, of which
     * there are few, so that no look walks past the many that are young.
     */
    private static final String TO_WARN =
            """
            kinds as (
                (select expires_at - issued_at as life from user_coupons
                  where status = 'active' and not warned order by expires_at - issued_at limit 1)
                union all
                select (select c.expires_at - c.issued_at from user_coupons c
                         where c.status = 'active' and not c.warned and c.expires_at - c.issued_at > k.life
                         order by c.expires_at - c.issued_at limit 1)
                  from kinds k
                 where k.life is not null),
            due as materialized (
                select d.id
                  from kinds k, lateral (
                       select c.id from user_coupons c
                        where c.status = 'active' and not c.warned and c.expires_at - c.issued_at = k.life
                          and c.expires_at <= now() + least(make_interval(secs => $1), k.life / 2)
                          and (select mine from turn)
                        order by c.expires_at
                        limit %1$d
                          for update skip locked) d
                 limit %1$d)
            """
                    .formatted(BATCH);

    private static final String TO_EXPIRE =
            """
            due as materialized (
                select id from user_coupons
                 where status = 'active' and warned and expires_at <= now() and (select mine from turn)
                 order by expires_at
                 limit %d
                   for update skip locked)
            """
                    .formatted(BATCH);

    private static final String WARN = mark(TO_WARN, "warned = true", "expiring", "expires_at > now()");

    private static final String EXPIRE = mark(TO_EXPIRE, "status = 'expired'", "expired", "true");

    private final Pool pool;

    public ExpiryStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * Marks coupons that expire within that time; how many, at most {@link #BATCH}. One that was issued for less than twice
     * that time is marked when half of it has passed: nobody is warned of what was just issued.
     */
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

    /** A batch of what {@code due} selects gets the change, and a row tells of those for whom {@code news} holds. */
    private static String mark(String due, String change, String topic, String news) {
        return """
            with recursive turn as materialized (select pg_try_advisory_xact_lock(7266014) as mine),
            %1$s,
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
                .formatted(due.strip(), change, topic, news);
    }
}
