package io.couponrush.campaign;

import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/** Changes campaigns: each change is decided under the lock of the campaign's row, between two batches of coupons. */
public final class CampaignEditStore {
    /** The clock is read when the lock is held: what was issued while waiting for it was issued before {@code now}. */
    private static final String LOCK =
            """
            with locked as materialized (select %1$s from coupon_events where id = $1 for update)
            select %1$s, clock_timestamp() as now from locked
            """
                    .formatted(CampaignStore.COLUMNS);

    private static final String UPDATE =
            """
            update coupon_events
               set title = $1, description = $2, total_count = $3, start_time = $4, end_time = $5, max_per_user = $6,
                   discount_type = $7, discount_value = $8, min_purchase_amount = $9, max_discount_amount = $10,
                   valid_days = $11, code_prefix = $12, terms = $13, audience = $14, paused = $15,
                   epoch = case when $16 then next_epoch(epoch) else epoch end,
                   soldout_generation = soldout_generation
                       + case when (soldout_generation %% 2 = 1) <> (issued_count = $3) then 1 else 0 end,
                   version = version + 1, edited_at = $18
             where id = $17
            returning %s
            """
                    .formatted(CampaignStore.COLUMNS);

    private static final String TELL_STOCK = """
            select tell_stock($1, $2, $3)
            """;

    private static final String TELL_WAITING = """
            select tell_waiting($1)
            """;

    private static final String TELL_CHANGE =
            """
            insert into outbox (dedup, topic, event_id, payload) values ($1, 'coupon.event', $2, $3)
            """;

    private final Pool pool;

    public CampaignEditStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * Commits what {@code edit} makes of the campaign, with its line in the audit log; of what is denied or already so, the
     * campaign's row is not written.
     */
    Future<Answer<Change>> change(long eventId, Edit edit, Deed deed) {
        return pool.withTransaction(tx -> lock(tx, eventId, edit).compose(answer -> remember(tx, answer, deed)));
    }

    private static Future<Answer<Change>> remember(SqlConnection tx, Answer<Change> answer, Deed deed) {
        return answer instanceof Answer.Given<Change> given
                ? AuditStore.append(tx, EventAudit.changed(deed, given.value())).map(answer)
                : Future.succeededFuture(answer);
    }

    private static Future<Answer<Change>> lock(SqlConnection tx, long eventId, Edit edit) {
        return tx.preparedQuery(LOCK).execute(Tuple.of(eventId)).compose(rows -> {
            if (rows.size() == 0) {
                return Future.succeededFuture(Answer.denied(ProblemCode.EVENT_NOT_FOUND));
            }
            Row row = rows.iterator().next();
            Campaign before = CampaignStore.campaign(row);
            Instant now = row.getOffsetDateTime("now").toInstant();
            return write(tx, before, edit.apply(before, now), now);
        });
    }

    private static Future<Answer<Change>> write(
            SqlConnection tx, Campaign before, Answer<Campaign> edited, Instant now) {
        if (edited instanceof Answer.Denied<Campaign> denied) {
            return Future.succeededFuture(Answer.denied(denied.problem()));
        }
        Campaign wanted = ((Answer.Given<Campaign>) edited).value();
        if (wanted.equals(before)) {
            return Future.succeededFuture(Answer.given(new Change(before, before, now)));
        }
        var values = CampaignStore.tuple(wanted.terms())
                .addBoolean(wanted.paused())
                .addBoolean(Edit.fences(before, wanted))
                .addLong(before.eventId())
                .addOffsetDateTime(now.atOffset(ZoneOffset.UTC));
        return tx.preparedQuery(UPDATE)
                .execute(values)
                .map(rows -> new Change(
                        before, CampaignStore.campaign(rows.iterator().next()), now))
                .compose(change -> tellChange(tx, change))
                .compose(change -> tellStock(tx, change));
    }

    /** Once for each version. */
    private static Future<Change> tellChange(SqlConnection tx, Change change) {
        Campaign after = change.after();
        var data = new JsonObject()
                .put("eventId", after.eventId())
                .put("eventTitle", after.terms().title())
                .put("status", after.status(change.at()).wire())
                .put("generation", after.soldOutGeneration());
        String dedup = "event:" + after.eventId() + ":" + after.version();
        return tx.preparedQuery(TELL_CHANGE)
                .execute(Tuple.of(dedup, after.eventId(), data))
                .map(change);
    }

    private static Future<Answer<Change>> tellStock(SqlConnection tx, Change change) {
        Campaign after = change.after();
        if (!change.turned()) {
            return change.opened() ? tellWaiting(tx, change) : Future.succeededFuture(Answer.given(change));
        }
        return tx.preparedQuery(TELL_STOCK)
                .execute(Tuple.of(
                        after.eventId(),
                        after.soldOutGeneration(),
                        after.terms().title()))
                .map(Answer.given(change));
    }

    /** Stock may have returned while nobody could claim. */
    private static Future<Answer<Change>> tellWaiting(SqlConnection tx, Change change) {
        return tx.preparedQuery(TELL_WAITING)
                .execute(Tuple.of(change.after().eventId()))
                .map(Answer.given(change));
    }
}
