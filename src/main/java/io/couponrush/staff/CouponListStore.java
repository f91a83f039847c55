package io.couponrush.staff;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The coupons of a campaign, page by page along the index that guards the users' limit. What is past its expiry reads as
 * expired, swept or not.
 */
public final class CouponListStore {
    private static final String PAGE =
            """
            select id, coupon_code, user_id, issued_at, expires_at, used_at,
                   case when status = 'active' and expires_at <= now() then 'expired' else status end as state
              from user_coupons
             where event_id + 0 = $1
               and id > $2
               and ($3::bigint is null or user_id = $3)
               and ($4::text is null or coupon_code = $4)
               and ($5::text is null
                    or $5 = case when status = 'active' and expires_at <= now() then 'expired' else status end)
             order by id
             limit $6
            """;

    private final Supplier<Pool> pool;

    public CouponListStore(Supplier<Pool> pool) {
        this.pool = pool;
    }

    /** In the order of their ids; at most {@code limit}. */
    Future<List<IssuedCoupon>> page(long eventId, CouponFilter filter, int limit) {
        var asked = Tuple.tuple()
                .addLong(eventId)
                .addLong(filter.afterId())
                .addValue(filter.userId())
                .addValue(filter.code())
                .addValue(filter.status())
                .addInteger(limit);
        return pool.get().preparedQuery(PAGE).execute(asked).map(rows -> {
            var page = new ArrayList<IssuedCoupon>(rows.size());
            rows.forEach(row -> page.add(coupon(row)));
            return page;
        });
    }

    private static IssuedCoupon coupon(Row row) {
        OffsetDateTime used = row.getOffsetDateTime("used_at");
        return new IssuedCoupon(
                row.getLong("id"),
                row.getString("coupon_code"),
                row.getLong("user_id"),
                row.getString("state"),
                row.getOffsetDateTime("issued_at").toInstant(),
                row.getOffsetDateTime("expires_at").toInstant(),
                used == null ? null : used.toInstant());
    }
}
