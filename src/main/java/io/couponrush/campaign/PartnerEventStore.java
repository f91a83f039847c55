package io.couponrush.campaign;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/** Owns the table {@code partner_events}: which campaigns partners were given. */
public final class PartnerEventStore {
    private static final String HAS =
            """
            select exists (select 1 from partner_events where partner_id = $1 and event_id = $2)
            """;

    private static final String PARTNER =
            """
            select exists (select 1 from partners where user_id = $1)
            """;

    private static final String GIVE =
            """
            insert into partner_events (partner_id, event_id) values ($1, $2)
            on conflict do nothing
            """;

    private static final String TAKE =
            """
            delete from partner_events where partner_id = $1 and event_id = $2
            """;

    private static final String PAGE =
            """
            select event_id from partner_events where partner_id = $1 and event_id > $2 order by event_id limit $3
            """;

    private final Pool pool;

    public PartnerEventStore(Pool pool) {
        this.pool = pool;
    }

    /** Whether a partner was given that campaign. */
    Future<Boolean> has(long partnerId, long eventId) {
        return exists(HAS, Tuple.of(partnerId, eventId));
    }

    /** Whether there is such a partner, revoked or not. */
    Future<Boolean> isPartner(long partnerId) {
        return exists(PARTNER, Tuple.of(partnerId));
    }

    private Future<Boolean> exists(String sql, Tuple values) {
        return pool.preparedQuery(sql)
                .execute(values)
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Gives a partner a campaign, with a line in the audit log; doing it again changes nothing. */
    Future<Void> give(long partnerId, long eventId, Deed deed) {
        return change(GIVE, partnerId, eventId, deed);
    }

    /** Takes it back, with a line in the audit log; doing it again changes nothing. */
    Future<Void> take(long partnerId, long eventId, Deed deed) {
        return change(TAKE, partnerId, eventId, deed);
    }

    private Future<Void> change(String sql, long partnerId, long eventId, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(sql)
                .execute(Tuple.of(partnerId, eventId))
                .compose(rows ->
                        rows.rowCount() == 0 ? Future.succeededFuture() : remember(tx, partnerId, eventId, deed)));
    }

    private static Future<Void> remember(SqlClient tx, long partnerId, long eventId, Deed deed) {
        var what = new JsonObject().put("partnerId", partnerId);
        return AuditStore.append(tx, AuditEntry.done(deed, EventAudit.target(eventId), what));
    }

    /** Campaigns of a partner above that id, in their order. */
    Future<List<Long>> page(long partnerId, long afterEvent, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(partnerId, afterEvent, limit))
                .map(rows -> rows.stream().map(row -> row.getLong(0)).toList());
    }
}
