package io.couponrush.issuance;

import io.couponrush.campaign.Terms;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The outbox, as the relay empties it. */
final class OutboxStore {
    /**
     * A lost mark only means that a message is sent twice, so the mark need not wait for the disk. A node that hangs must
     * not keep its rows. And a plan made while the tables were empty must not outlive that.
     */
    private static final String CAREFULLY =
            """
            set local synchronous_commit = off;
            set local idle_in_transaction_session_timeout = '30s';
            set local enable_seqscan = off;
            set local enable_hashjoin = off;
            set local enable_mergejoin = off
            """;

    private static final String TAKE =
            """
            with taken as materialized (
                select id, dedup, topic, payload, created_at
                  from outbox
                 where published_at is null
                 order by id
                 limit $1
                   for update skip locked)
            select t.id, t.dedup, t.topic, c.event_id, t.created_at,
                   case when i.coupon is null then t.payload - 'userIds' end as payload, u.usr::bigint as told_user,
                   c.id as coupon_id, c.user_id, c.coupon_code, c.issued_at, c.expires_at, e.discount_value,
                   null::uuid as traced, null::text as traceparent
              from taken t
              left join lateral jsonb_array_elements_text(t.payload -> 'couponIds') as i (coupon) on true
              left join lateral jsonb_array_elements_text(t.payload -> 'userIds') as u (usr) on true
              left join user_coupons c on c.id = i.coupon::bigint
              left join coupon_events e on e.id = c.event_id
             order by t.id, c.id, told_user
            """;

    /** With the traces of claims; only where they are gone on with, so that nobody else pays for the look. */
    private static final String TAKE_TRACED = TAKE.replace(
                    "null::uuid as traced, null::text as traceparent", "x.rid as traced, x.traceparent")
            .replace("e.id = c.event_id\n", "e.id = c.event_id\n  left join claim_traces x on x.rid = c.rid\n");

    /** A trace goes on once. */
    private static final String FORGET = "delete from claim_traces where rid = any ($1)";

    /** Of claims that got no coupon, or whose coupons were told of by a node that does not trace. */
    private static final String FORGET_OLD = "delete from claim_traces where created_at < now() - interval '1 hour'";

    private static final String MARK = "update outbox set published_at = clock_timestamp() where id = any ($1)";

    private static final String BACKLOG =
            """
            select (select count(*) from (select 1 from outbox where published_at is null limit 100000) waiting) as rows,
                   coalesce((select (extract(epoch from clock_timestamp() - created_at) * 1000)::bigint
                               from outbox where published_at is null order by id limit 1), 0) as oldest
            """;

    /** Looks at the oldest rows only: those that are not published yet keep the younger ones, too. */
    private static final String PRUNE =
            """
            delete from outbox where id in (
                select id from (select id, published_at from outbox order by id limit $1) oldest
                 where published_at < now() - interval '1 day')
            """;

    private static final String COUPON = "coupon.";
    private static final String ISSUED = "coupon.issued";

    private final Pool pool;
    private final boolean traced;

    /** What one round did, in rows. */
    record Drained(int taken, int published) {}

    /** What waits: rows, of which at most 100,000 are counted, and the age of the oldest. */
    record Backlog(long rows, long oldestMillis) {}

    /** Sends messages; completes with the ids of the rows that were not confirmed in full. */
    @FunctionalInterface
    interface Publish {
        Future<Set<Long>> publish(List<OutboxMessage> messages);
    }

    /**
     * Makes the store.
     *
     * @param traced whether it goes on with the traces of claims
     */
    OutboxStore(Pool pool, boolean traced) {
        this.pool = pool;
        this.traced = traced;
    }

    /** Publishes the oldest rows that no other node has taken, and marks those of which every message was confirmed. */
    Future<Drained> drain(int limit, Publish publish) {
        return pool.withTransaction(tx -> tx.query(CAREFULLY)
                .execute()
                .compose(v -> tx.preparedQuery(traced ? TAKE_TRACED : TAKE).execute(Tuple.of(limit)))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(new Drained(0, 0))
                        : publish.publish(messages(rows))
                                .compose(open -> forget(tx, rows, open).compose(v -> mark(tx, ids(rows), open)))));
    }

    Future<Backlog> backlog() {
        return pool.preparedQuery(BACKLOG).execute().map(rows -> {
            Row row = rows.iterator().next();
            return new Backlog(row.getLong("rows"), row.getLong("oldest"));
        });
    }

    /** Forgets traces that nobody went on with. */
    Future<Void> pruneTraces() {
        return pool.query(FORGET_OLD).execute().mapEmpty();
    }

    /** How many of the {@code slice} oldest rows were old enough to go. */
    Future<Integer> prune(int slice) {
        return pool.preparedQuery(PRUNE).execute(Tuple.of(slice)).map(RowSet::rowCount);
    }

    private Future<Void> forget(SqlConnection tx, RowSet<Row> rows, Set<Long> open) {
        var told = new ArrayList<UUID>();
        if (traced) {
            rows.forEach(row -> {
                UUID claim = row.getUUID("traced");
                if (claim != null && !open.contains(row.getLong("id"))) {
                    told.add(claim);
                }
            });
        }
        return told.isEmpty()
                ? Future.succeededFuture()
                : tx.preparedQuery(FORGET)
                        .execute(Tuple.of(told.toArray(UUID[]::new)))
                        .mapEmpty();
    }

    private static Future<Drained> mark(SqlConnection tx, Set<Long> taken, Set<Long> open) {
        Long[] done = taken.stream().filter(id -> !open.contains(id)).toArray(Long[]::new);
        var drained = new Drained(taken.size(), done.length);
        return done.length == 0
                ? Future.succeededFuture(drained)
                : tx.preparedQuery(MARK).execute(Tuple.of(done)).map(drained);
    }

    private static Set<Long> ids(RowSet<Row> rows) {
        Set<Long> ids = new LinkedHashSet<>();
        rows.forEach(row -> ids.add(row.getLong("id")));
        return ids;
    }

    private static List<OutboxMessage> messages(RowSet<Row> rows) {
        var messages = new ArrayList<OutboxMessage>(rows.size());
        rows.forEach(row -> {
            if (row.getLong("coupon_id") != null) {
                messages.add(aboutCoupon(row));
            } else if (row.getJsonObject("payload") != null) {
                messages.add(row.getLong("told_user") == null ? told(row) : toldUser(row));
            } // else a coupon whose row is gone: nobody to tell
        });
        return messages;
    }

    /** Of a row that lists coupons; {@code coupon.issued} becomes {@code issued:12}. */
    private static OutboxMessage aboutCoupon(Row row) {
        var data = new JsonObject()
                .put("userId", row.getLong("user_id"))
                .put("couponId", row.getLong("coupon_id"))
                .put("eventId", row.getLong("event_id"))
                .put("couponCode", row.getString("coupon_code"))
                .put("discountValue", Terms.plain(row.getBigDecimal("discount_value")));
        String topic = row.getString("topic");
        boolean issued = topic.equals(ISSUED);
        if (!issued) {
            data.put(
                    "expiresAt", row.getOffsetDateTime("expires_at").toInstant().toString());
        }
        String id = topic.substring(COUPON.length()) + ":" + row.getLong("coupon_id");
        Instant at = row.getOffsetDateTime(issued ? "issued_at" : "created_at").toInstant();
        return message(row, id, at, data);
    }

    private static OutboxMessage told(Row row) {
        Instant at = row.getOffsetDateTime("created_at").toInstant();
        return message(row, row.getString("dedup"), at, row.getJsonObject("payload"));
    }

    /** Of a row that lists users. */
    private static OutboxMessage toldUser(Row row) {
        long userId = row.getLong("told_user");
        Instant at = row.getOffsetDateTime("created_at").toInstant();
        return message(
                row,
                row.getString("dedup") + ":" + userId,
                at,
                row.getJsonObject("payload").put("userId", userId));
    }

    private static OutboxMessage message(Row row, String id, Instant at, JsonObject data) {
        String topic = row.getString("topic");
        var body = new JsonObject()
                .put("type", topic)
                .put("timestamp", at.toString())
                .put("data", data);
        return new OutboxMessage(row.getLong("id"), id, topic, at, body.encode(), row.getString("traceparent"));
    }
}
