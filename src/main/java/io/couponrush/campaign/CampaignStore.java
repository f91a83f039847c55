package io.couponrush.campaign;

import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Campaigns in Postgres: making and reading them. {@link CampaignEditStore} changes them. */
public final class CampaignStore {
    /** Named, since prepared statements with {@code *} fail on running nodes when a migration adds a column. */
    static final String COLUMNS =
            """
            id, title, description, total_count, issued_count, revoked_count, start_time, end_time, max_per_user,
            discount_type, discount_value, min_purchase_amount, max_discount_amount, valid_days, code_prefix, terms,
            audience, mode, paused, epoch, soldout_generation, version, created_at
            """;

    /** The epoch begins with the clock, so that it is above what an old copy of Redis may remember of this id. */
    private static final String CREATE =
            """
            with made as (
                insert into coupon_events (title, description, total_count, start_time, end_time, max_per_user,
                    discount_type, discount_value, min_purchase_amount, max_discount_amount, valid_days, code_prefix,
                    terms, audience, mode, epoch)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, next_epoch(0))
                returning %1$s),
            drawn as (insert into draws (event_id, seed) select id, $16 from made where mode = 'draw')
            select %1$s from made
            """
                    .formatted(COLUMNS);

    private static final String FIND =
            """
            select %s from coupon_events where id = $1
            """.formatted(COLUMNS);

    private static final String FIND_RUNNING_BY_TITLE =
            """
            select %s from coupon_events where title = $1 and end_time > clock_timestamp() order by id limit 1
            """
                    .formatted(COLUMNS);

    private static final String LIST =
            """
            select %s
              from coupon_events e, (select clock_timestamp() as now) clock
             where ($1::text is null or $1 = case when e.end_time <= clock.now then 'ended'
                                                  when e.paused then 'paused'
                                                  when e.start_time > clock.now then 'scheduled'
                                                  else 'active' end)
               and ($2::timestamptz is null or (e.start_time, e.id) < ($2, $3))
               and ($5::text is null or position(lower($5) in lower(e.title)) > 0)
             order by e.start_time desc, e.id desc
             limit $4
            """
                    .formatted(COLUMNS);

    /** Bytes of a seed. */
    private static final int SEED = 32;

    private final SecureRandom random = new SecureRandom();
    private final Pool pool;
    private final Supplier<Pool> readPool;

    public CampaignStore(Pool pool) {
        this(pool, () -> pool);
    }

    /**
     * Makes the store.
     *
     * @param readPool where lists are read
     */
    public CampaignStore(Pool pool, Supplier<Pool> readPool) {
        this.pool = pool;
        this.readPool = readPool;
    }

    /** A campaign that draws gets a seed that nobody can guess. */
    Future<Campaign> create(Terms terms, Deed deed) {
        byte[] seed = new byte[SEED];
        random.nextBytes(seed);
        var values = tuple(terms).addString(terms.mode().wire()).addBuffer(Buffer.buffer(seed));
        return pool.withTransaction(tx -> tx.preparedQuery(CREATE)
                .execute(values)
                .map(rows -> campaign(rows.iterator().next()))
                .compose(made ->
                        AuditStore.append(tx, EventAudit.made(deed, made)).map(made)));
    }

    public Future<@Nullable Campaign> find(long eventId) {
        return pool.preparedQuery(FIND).execute(Tuple.of(eventId)).map(CampaignStore::first);
    }

    Future<@Nullable Campaign> findRunning(String title) {
        return pool.preparedQuery(FIND_RUNNING_BY_TITLE)
                .execute(Tuple.of(title))
                .map(CampaignStore::first);
    }

    /** Newest start first, from behind {@code after}: at most {@code limit} of those that were asked for. */
    Future<List<Campaign>> list(EventQuery query, int limit) {
        CampaignStatus status = query.status();
        Cursor after = query.after();
        var asked = Tuple.tuple()
                .addValue(status == null ? null : status.wire())
                .addValue(after == null ? null : utc(after.startTime()))
                .addValue(after == null ? null : after.eventId())
                .addValue(limit)
                .addValue(query.words());
        return readPool.get().preparedQuery(LIST).execute(asked).map(rows -> {
            List<Campaign> list = new ArrayList<>(rows.size());
            rows.forEach(row -> list.add(campaign(row)));
            return list;
        });
    }

    /** The terms in the order of {@link #CREATE}, from {@code title} to {@code audience}. */
    static Tuple tuple(Terms terms) {
        return Tuple.tuple()
                .addString(terms.title())
                .addString(terms.description())
                .addInteger(terms.totalCount())
                .addOffsetDateTime(utc(terms.startTime()))
                .addOffsetDateTime(utc(terms.endTime()))
                .addInteger(terms.maxPerUser())
                .addString(terms.discountType().wire())
                .addBigDecimal(terms.discountValue())
                .addBigDecimal(terms.minPurchaseAmount())
                .addBigDecimal(terms.maxDiscountAmount())
                .addInteger(terms.validDays())
                .addString(terms.codePrefix())
                .addString(terms.smallPrint())
                .addString(terms.audience().wire());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static @Nullable Campaign first(RowSet<Row> rows) {
        return rows.size() == 0 ? null : campaign(rows.iterator().next());
    }

    static Campaign campaign(Row row) {
        var terms = new Terms(
                row.getString("title"),
                row.getString("description"),
                row.getInteger("total_count"),
                row.getOffsetDateTime("start_time").toInstant(),
                row.getOffsetDateTime("end_time").toInstant(),
                row.getInteger("max_per_user"),
                DiscountType.of(row.getString("discount_type")),
                row.getBigDecimal("discount_value"),
                row.getBigDecimal("min_purchase_amount"),
                row.getBigDecimal("max_discount_amount"),
                row.getInteger("valid_days"),
                row.getString("code_prefix"),
                row.getString("terms"),
                Audience.of(row.getString("audience")),
                Mode.of(row.getString("mode")));
        return new Campaign(
                row.getLong("id"),
                terms,
                row.getBoolean("paused"),
                row.getInteger("issued_count"),
                row.getInteger("revoked_count"),
                row.getLong("epoch"),
                row.getInteger("soldout_generation"),
                row.getInteger("version"),
                row.getOffsetDateTime("created_at").toInstant());
    }
}
