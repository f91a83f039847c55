package io.couponrush.redemption;

import io.couponrush.campaign.DiscountType;
import io.couponrush.campaign.Terms;
import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.couponrush.redemption.HeldCoupon.Status;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Uses coupons and cancels uses: each is decided under the lock of the coupon's row, and no other row is locked. */
public final class RedemptionStore {
    /**
     * All that may have changed while waiting for the lock comes from the locked row itself; the terms do not change once
     * there is a coupon. The clock is read when the lock is held.
     */
    private static final String LOCK =
            """
            with locked as materialized (
                select id, event_id, status, expires_at, order_id, purchase_amount, discount_amount, used_at
                  from user_coupons
                 where coupon_code = $1 and user_id = $2
                   for update)
            select c.id, c.event_id, c.status, c.expires_at, c.order_id, c.purchase_amount, c.discount_amount, c.used_at,
                   e.discount_type, e.discount_value, e.min_purchase_amount, e.max_discount_amount,
                   clock_timestamp() as now
              from locked c join coupon_events e on e.id = c.event_id
            """;

    /** A coupon may be used again after a use was cancelled: the time tells its uses apart. */
    private static final String USE =
            """
            with used as (
                update user_coupons
                   set status = 'used', used_at = $2, order_id = $3, purchase_amount = $4, discount_amount = $5
                 where id = $1
                returning id, event_id, used_at)
            insert into outbox (dedup, topic, event_id, payload)
            select 'used:' || id || ':' || (extract(epoch from used_at) * 1000000)::bigint, 'coupon.used', event_id,
                   $6::jsonb
              from used
            """;

    private static final String CANCEL =
            """
            update user_coupons
               set status = 'active', used_at = null, purchase_amount = null, discount_amount = null
             where id = $1
            """;

    private final Pool pool;

    /** A use that stands, and whether it was made just now. */
    record Used(Use use, boolean fresh) {}

    public RedemptionStore(Pool pool) {
        this.pool = pool;
    }

    /** Uses a coupon of that user for the order, and tells; or finds that the order did so before. */
    Future<Answer<Used>> use(String code, long userId, Order order) {
        return locked(code, userId, (tx, coupon) -> {
            boolean fresh = coupon.use() == null;
            Answer<Used> decided = coupon.use(order).map(use -> new Used(use, fresh));
            return fresh && decided instanceof Answer.Given<Used> given
                    ? write(tx, coupon, code, userId, given.value().use()).map(decided)
                    : Future.succeededFuture(decided);
        });
    }

    /** Cancels the use by that order; tells whether there was one that had not been cancelled before. */
    Future<Answer<Boolean>> cancel(String code, long userId, String orderId) {
        return locked(code, userId, (tx, coupon) -> {
            Answer<Boolean> decided = coupon.cancel(orderId);
            return decided instanceof Answer.Given<Boolean> given && given.value()
                    ? tx.preparedQuery(CANCEL)
                            .execute(Tuple.of(coupon.couponId()))
                            .map(decided)
                    : Future.succeededFuture(decided);
        });
    }

    private <T> Future<Answer<T>> locked(
            String code, long userId, BiFunction<SqlConnection, HeldCoupon, Future<Answer<T>>> decide) {
        return pool.withTransaction(tx -> tx.preparedQuery(LOCK)
                .execute(Tuple.of(code, userId))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(Answer.denied(ProblemCode.COUPON_NOT_FOUND))
                        : decide.apply(tx, coupon(rows.iterator().next()))));
    }

    private static Future<Void> write(SqlConnection tx, HeldCoupon coupon, String code, long userId, Use use) {
        Tuple values = Tuple.of(
                coupon.couponId(),
                use.usedAt().atOffset(ZoneOffset.UTC),
                use.order().orderId(),
                use.order().purchaseAmount(),
                use.discountAmount(),
                told(coupon, code, userId, use));
        return tx.preparedQuery(USE).execute(values).mapEmpty();
    }

    private static JsonObject told(HeldCoupon coupon, String code, long userId, Use use) {
        return use.json(code)
                .put("userId", userId)
                .put("couponId", coupon.couponId())
                .put("eventId", coupon.eventId());
    }

    private static HeldCoupon coupon(Row row) {
        var discount = new Discount(
                DiscountType.of(row.getString("discount_type")),
                row.getBigDecimal("discount_value"),
                Terms.plain(row.getBigDecimal("min_purchase_amount")),
                row.getBigDecimal("max_discount_amount"));
        return new HeldCoupon(
                row.getLong("id"),
                row.getLong("event_id"),
                Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                instant(row, "expires_at"),
                row.getString("order_id"),
                use(row),
                discount,
                instant(row, "now"));
    }

    private static @Nullable Use use(Row row) {
        BigDecimal purchase = row.getBigDecimal("purchase_amount");
        return purchase == null
                ? null
                : new Use(
                        new Order(row.getString("order_id"), purchase),
                        row.getBigDecimal("discount_amount"),
                        instant(row, "used_at"));
    }

    private static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }
}
