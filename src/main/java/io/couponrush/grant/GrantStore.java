package io.couponrush.grant;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.EventAudit;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What granting needs of Postgres beside the claim itself. */
public final class GrantStore {
    /**
     * Who is granted a coupon of a restricted campaign belongs to its audience from then on. A grant that was made is not made
     * again: whoever was taken off the list since stays off it. In the order of the ids, as imports do.
     */
    private static final String LET_IN =
            """
            with known as materialized (select u.id, u.rid from unnest($2::bigint[], $3::uuid[]) as u (id, rid)
                                          join users k on k.id = u.id and k.role <> 'PARTNER'),
            let_in as (
                insert into event_audience (event_id, user_id)
                select e.id, k.id from known k, coupon_events e
                 where e.id = $1 and e.audience = 'restricted'
                   and not exists (select 1 from user_coupons c where c.rid = k.rid)
                 order by k.id
                on conflict do nothing)
            select id from known
            """;

    private static final String ANSWERED = """
            select payload from outbox where dedup = $1
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

    /**
     * Those of the users who exist; they may claim from now on, also where the campaign is restricted.
     *
     * @param rids of the grants to each of the users
     */
    Future<Set<Long>> letIn(long eventId, List<Long> users, List<UUID> rids) {
        return pool.preparedQuery(LET_IN)
                .execute(Tuple.of(eventId)
                        .addArrayOfLong(users.toArray(Long[]::new))
                        .addArrayOfUUID(rids.toArray(UUID[]::new)))
                .map(rows -> {
                    var known = new HashSet<Long>();
                    rows.forEach(row -> known.add(row.getLong("id")));
                    return known;
                });
    }

    /** The answer to a message, if it has one. */
    Future<Optional<JsonObject>> answerTo(String messageId) {
        return answerTo(pool, messageId);
    }

    private static Future<Optional<JsonObject>> answerTo(SqlClient client, String messageId) {
        return client.preparedQuery(ANSWERED)
                .execute(Tuple.of(answerId(messageId)))
                .map(rows ->
                        rows.stream().map(row -> row.getJsonObject("payload")).findFirst());
    }

    /**
     * Puts the answer to a message into the outbox, with its line in the audit log; twice is once.
     *
     * @return the answer that stands, which may be another
     */
    Future<JsonObject> answer(String messageId, long eventId, JsonObject answer, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(ANSWER)
                .execute(Tuple.of(answerId(messageId), eventId, answer))
                .compose(rows -> rows.rowCount() == 0
                        ? answerTo(tx, messageId).map(first -> first.orElse(answer))
                        : AuditStore.append(tx, AuditEntry.done(deed, EventAudit.target(eventId), answer))
                                .map(answer)));
    }

    private static String answerId(String messageId) {
        return "granted:" + messageId;
    }
}
