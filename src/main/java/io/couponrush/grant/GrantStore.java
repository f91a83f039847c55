package io.couponrush.grant;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.EventAudit;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What granting needs of Postgres beside the claim itself. */
public final class GrantStore {
    /** Who is granted a coupon of a restricted campaign belongs to its audience from then on. */
    private static final String LET_IN =
            """
            with known as materialized (select id from users where id = any ($2) and role <> 'PARTNER'),
            let_in as (
                insert into event_audience (event_id, user_id)
                select e.id, k.id from known k, coupon_events e where e.id = $1 and e.audience = 'restricted' order by k.id
                on conflict do nothing)
            select id from known
            """;

    private static final String ANSWERED =
            """
            select exists (select 1 from outbox where dedup = $1)
            """;

    /** The first answer stands, whatever a second delivery came to. */
    private static final String ANSWER =
            """
            insert into outbox (dedup, topic, event_id, payload) values ($1, 'coupon.granted', $2, $3)
            on conflict (dedup) do nothing
            """;

    private final Pool pool;

    public GrantStore(Pool pool) {
        this.pool = pool;
    }

    /** Those of the users who exist; they may claim from now on, also where the campaign is restricted. */
    Future<Set<Long>> letIn(long eventId, List<Long> users) {
        return pool.preparedQuery(LET_IN)
                .execute(Tuple.of(eventId).addArrayOfLong(users.toArray(Long[]::new)))
                .map(rows -> {
                    var known = new HashSet<Long>();
                    rows.forEach(row -> known.add(row.getLong("id")));
                    return known;
                });
    }

    /** Whether a message has its answer. */
    Future<Boolean> answered(String messageId) {
        return pool.preparedQuery(ANSWERED)
                .execute(Tuple.of(answerId(messageId)))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Puts the answer to a message into the outbox, with its line in the audit log; twice is once. */
    Future<Void> answer(String messageId, long eventId, JsonObject answer, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(ANSWER)
                .execute(Tuple.of(answerId(messageId), eventId, answer))
                .compose(rows -> rows.rowCount() == 0
                        ? Future.succeededFuture()
                        : AuditStore.append(tx, AuditEntry.done(deed, EventAudit.target(eventId), answer))));
    }

    private static String answerId(String messageId) {
        return "granted:" + messageId;
    }
}
