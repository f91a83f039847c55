package io.couponrush.issuance;

import io.couponrush.campaign.Terms;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Coupons as their owners read them. What is past its expiry reads as expired, swept or not. For the primary: owners find
 * what they have just got or done, on whatever node.
 */
public final class WalletStore {
    private static final String COLUMNS =
            """
            select c.id, c.coupon_code, c.event_id, e.title, c.user_id, e.discount_type, e.discount_value,
                   e.min_purchase_amount, e.max_discount_amount, c.issued_at, c.expires_at, c.used_at,
                   c.order_id, c.purchase_amount, c.discount_amount,
                   case when c.status = 'active' and c.expires_at <= now() then 'expired' else c.status end as state
              from user_coupons c join coupon_events e on e.id = c.event_id
            """;

    /** The page is found first: what is not on it is not joined. */
    private static final String PAGE = COLUMNS
            + """
             where c.id in (
                select m.id
                  from user_coupons m
                 where m.user_id = $1 and m.id < $2 and ($3::bigint is null or m.event_id = $3)
                   and ($4::text is null
                        or $4 = case when m.status = 'active' and m.expires_at <= now() then 'expired' else m.status end)
                 order by m.id desc
                 limit $5)
             order by c.id desc
            """;

    private static final String SUMMARY =
            """
            select count(*) as total,
                   count(*) filter (where status = 'active' and expires_at > now()) as active,
                   count(*) filter (where status = 'used') as used,
                   count(*) filter (where status = 'expired' or (status = 'active' and expires_at <= now())) as expired,
                   count(*) filter (where status = 'revoked') as revoked
              from user_coupons
             where user_id = $1 and ($2::bigint is null or event_id = $2)
            """;

    private static final String BY_CODE = COLUMNS + " where c.coupon_code = $1";

    private static final String COUNT =
            """
            select count(*)::integer from user_coupons where user_id = $1 and event_id = $2
            """;

    private final Pool pool;

    /** A coupon's row, ready to be shown. */
    record Shown(long couponId, long userId, JsonObject json) {}

    public WalletStore(Pool pool) {
        this.pool = pool;
    }

    /** Newest first, below {@code beforeId}; at most {@code limit}. */
    Future<List<Shown>> page(long userId, long beforeId, @Nullable Long eventId, @Nullable String status, int limit) {
        return read(Tuple.of(userId, beforeId, eventId, status, limit), WalletStore::shown);
    }

    /** All that is held of a user's coupons: as {@link #page} reads them, with the orders they were used for. */
    public Future<List<JsonObject>> all(long userId, long beforeId, int limit) {
        return read(Tuple.of(userId, beforeId, null, null, limit), WalletStore::held);
    }

    private <T> Future<List<T>> read(Tuple values, Function<Row, T> as) {
        return pool.preparedQuery(PAGE)
                .execute(values)
                .map(rows -> rows.stream().map(as).toList());
    }

    Future<JsonObject> summary(long userId, @Nullable Long eventId) {
        return pool.preparedQuery(SUMMARY).execute(Tuple.of(userId, eventId)).map(rows -> {
            Row row = rows.iterator().next();
            return new JsonObject()
                    .put("totalCount", row.getLong("total"))
                    .put("activeCount", row.getLong("active"))
                    .put("usedCount", row.getLong("used"))
                    .put("expiredCount", row.getLong("expired"))
                    .put("revokedCount", row.getLong("revoked"));
        });
    }

    /** Whosesoever it is. */
    Future<@Nullable Shown> byCode(String code) {
        return pool.preparedQuery(BY_CODE)
                .execute(Tuple.of(code))
                .map(rows -> rows.size() == 0 ? null : shown(rows.iterator().next()));
    }

    /** The API's Coupon of a code that exists, as it stands now. */
    public Future<JsonObject> show(String code) {
        return byCode(code).map(found -> Objects.requireNonNull(found, "coupon").json());
    }

    /** How many coupons of a campaign a user has, revoked ones included: they count. */
    public Future<Integer> count(long userId, long eventId) {
        return pool.preparedQuery(COUNT)
                .execute(Tuple.of(userId, eventId))
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    private static Shown shown(Row row) {
        OffsetDateTime used = row.getOffsetDateTime("used_at");
        var json = new JsonObject()
                .put("couponId", row.getLong("id"))
                .put("couponCode", row.getString("coupon_code"))
                .put("userId", row.getLong("user_id"))
                .put("eventId", row.getLong("event_id"))
                .put("eventTitle", row.getString("title"))
                .put("discountType", row.getString("discount_type"))
                .put("discountValue", plain(row, "discount_value"))
                .put("minPurchaseAmount", plain(row, "min_purchase_amount"))
                .put("issuedAt", row.getOffsetDateTime("issued_at").toInstant().toString())
                .put(
                        "expiresAt",
                        row.getOffsetDateTime("expires_at").toInstant().toString())
                .put("usedAt", used == null ? null : used.toInstant().toString())
                .put("status", row.getString("state"));
        if (row.getBigDecimal("max_discount_amount").signum() > 0) {
            json.put("maxDiscountAmount", plain(row, "max_discount_amount"));
        }
        return new Shown(row.getLong("id"), row.getLong("user_id"), json);
    }

    /** The order stays when its use was cancelled, the amounts do not. */
    private static JsonObject held(Row row) {
        return shown(row)
                .json()
                .put("orderId", row.getString("order_id"))
                .put("purchaseAmount", plainOrNull(row, "purchase_amount"))
                .put("discountAmount", plainOrNull(row, "discount_amount"));
    }

    private static @Nullable Number plainOrNull(Row row, String column) {
        return row.getBigDecimal(column) == null ? null : plain(row, column);
    }

    private static Number plain(Row row, String column) {
        return Terms.plain(row.getBigDecimal(column));
    }
}
