package io.couponrush.audience;

import io.couponrush.audience.Import.Report;
import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.EventAudit;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The lists of guests. Owns the table {@code event_audience}, which issuing reads. */
public final class AudienceStore {
    private static final String INVITED =
            """
            select exists (select 1 from event_audience where event_id = $1 and user_id = $2)
            """;

    private static final String COUNT =
            """
            select count(*) from event_audience where event_id = $1
            """;

    private static final String PAGE =
            """
            select user_id from event_audience where event_id = $1 and user_id > $2 order by user_id limit $3
            """;

    /** Two imports of one campaign would wait for each other's rows. */
    private static final String ALONE =
            """
            select pg_try_advisory_xact_lock(7266015, ($1::bigint % 2147483647)::integer)
            """;

    /** In the order of the ids; one that nobody has is told. */
    private static final String ADD =
            """
            with asked as materialized (select u.id, k.id is not null as known
                                          from unnest($2::bigint[]) as u (id)
                                          left join users k on k.id = u.id and k.role <> 'PARTNER'),
            added as (
                insert into event_audience (event_id, user_id)
                select $1, id from asked where known order by id
                on conflict do nothing
                returning user_id)
            select (select count(*) from added) as added,
                   array(select id from asked where not known order by id) as unknown
            """;

    /** Plans made while the list was short are made anew. */
    private static final String ANALYZE = "analyze event_audience";

    /** The campaign's lock: no batch is between its check and its commit, nor does the audience change. */
    private static final String LOCK =
            """
            select audience = 'restricted' as asked from coupon_events where id = $1 for no key update
            """;

    /** What was reserved before is fenced. */
    private static final String FENCE =
            """
            update coupon_events set epoch = next_epoch(epoch) where id = $1
            """;

    private static final String REMOVE =
            """
            delete from event_audience where event_id = $1 and user_id = $2
            """;

    private static final String CLEAR = """
            delete from event_audience where event_id = $1
            """;

    /** Users of one statement. */
    private static final int PART = 5_000;

    private static final Struck NOBODY = new Struck(0, false);

    private final Pool pool;
    private final Pool patient;

    /** What became of some users: how many are new on the list, and who does not exist, in order. */
    @SuppressWarnings("ArrayRecordComponent") // up to a million, and nobody compares them
    record Added(int added, long[] unknown) {}

    /**
     * What taking users off a list came to.
     *
     * @param fenced whether a new epoch began: the list is asked where coupons are issued, and somebody was on it
     */
    record Struck(int removed, boolean fenced) {}

    /** Somebody else is writing to the list. */
    static final class Busy extends Exception {
        private static final long serialVersionUID = 1;

        Busy() {
            super("another import of this event is under way", null, false, false);
        }
    }

    /** Ends a transaction that is not to last. */
    private static final class Rehearsed extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Report report;

        Rehearsed(Report report) {
            super("rehearsed", null, false, false);
            this.report = report;
        }
    }

    /**
     * Makes the store.
     *
     * @param patient for the transaction of a whole file, which takes longer than a statement may
     */
    public AudienceStore(Pool pool, Pool patient) {
        this.pool = pool;
        this.patient = patient;
    }

    /** Whether the list of a campaign has that user. */
    public Future<Boolean> invited(long userId, long eventId) {
        return pool.preparedQuery(INVITED)
                .execute(Tuple.of(eventId, userId))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    Future<Long> count(long eventId) {
        return pool.preparedQuery(COUNT)
                .execute(Tuple.of(eventId))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Users on the list above that id, in their order. */
    Future<List<Long>> page(long eventId, long afterUser, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(eventId, afterUser, limit))
                .map(rows -> rows.stream().map(row -> row.getLong(0)).toList());
    }

    /**
     * Adds users to the list in one transaction, with its line in the audit log. Statement by statement in the order of the
     * ids, over the whole: so does a grant, and neither can wait for the other in a circle.
     *
     * @param ids each once, in their order
     * @param rehearse everything is done, and then undone
     * @return what was written down; fails with {@link Busy} while somebody else does the same
     */
    Future<Report> add(long eventId, long[] ids, boolean rehearse, Deed deed, Function<Added, Report> report) {
        return patient.withTransaction(tx -> alone(tx, eventId)
                        .compose(v -> add(tx, eventId, ids, 0, new Added(0, new long[0])))
                        .map(report)
                        .compose(told -> rehearse
                                ? Future.failedFuture(new Rehearsed(told))
                                : remember(tx, eventId, told, deed)))
                .recover(e ->
                        e instanceof Rehearsed done ? Future.succeededFuture(done.report) : Future.failedFuture(e));
    }

    private static Future<Void> alone(SqlConnection tx, long eventId) {
        return tx.preparedQuery(ALONE)
                .execute(Tuple.of(eventId))
                .compose(rows -> rows.iterator().next().getBoolean(0)
                        ? Future.succeededFuture()
                        : Future.failedFuture(new Busy()));
    }

    /** A part at a time, so that no statement is long. */
    private static Future<Added> add(SqlConnection tx, long eventId, long[] ids, int from, Added before) {
        if (from >= ids.length) {
            return Future.succeededFuture(before);
        }
        int to = Math.min(from + PART, ids.length);
        Long[] part = Arrays.stream(ids, from, to).boxed().toArray(Long[]::new);
        return tx.preparedQuery(ADD)
                .execute(Tuple.of(eventId).addArrayOfLong(part))
                .compose(rows ->
                        add(tx, eventId, ids, to, and(before, rows.iterator().next())));
    }

    private static Added and(Added before, Row row) {
        var unknown = Stream.of(row.getArrayOfLongs("unknown")).mapToLong(Long::longValue);
        return new Added(
                before.added() + row.getInteger("added"),
                LongStream.concat(LongStream.of(before.unknown()), unknown).toArray());
    }

    private static Future<Report> remember(SqlConnection tx, long eventId, Report report, Deed deed) {
        return AuditStore.append(tx, AuditEntry.done(deed, EventAudit.target(eventId), report.counts()))
                .map(report);
    }

    /** To be done when a list has grown a lot. Only saves time. */
    Future<Void> analyze() {
        return pool.query(ANALYZE).execute().mapEmpty();
    }

    /** Takes one user off the list, if it is on it. From the answer on nothing is issued to that user. */
    Future<Struck> remove(long eventId, long userId, Deed deed) {
        return invited(userId, eventId)
                .compose(is -> strike(
                        is, REMOVE, eventId, Tuple.of(eventId, userId), deed, new JsonObject().put("userId", userId)));
    }

    /** Takes everybody off the list. From the answer on nothing is issued to them. */
    Future<Struck> clear(long eventId, Deed deed) {
        return page(eventId, 0, 1)
                .compose(first -> strike(!first.isEmpty(), CLEAR, eventId, Tuple.of(eventId), deed, new JsonObject()));
    }

    /** A list without such users does not make the sale wait for the lock. */
    private Future<Struck> strike(boolean any, String sql, long eventId, Tuple values, Deed deed, JsonObject what) {
        return pool.withTransaction(tx -> (any ? delete(tx, sql, eventId, values) : Future.succeededFuture(NOBODY))
                .compose(struck -> AuditStore.append(
                                tx,
                                AuditEntry.done(
                                        deed, EventAudit.target(eventId), what.put("removed", struck.removed())))
                        .map(struck)));
    }

    private static Future<Struck> delete(SqlConnection tx, String sql, long eventId, Tuple values) {
        return tx.preparedQuery(LOCK)
                .execute(Tuple.of(eventId))
                .compose(rows -> {
                    boolean asked = rows.iterator().next().getBoolean("asked");
                    return tx.preparedQuery(sql)
                            .execute(values)
                            .map(gone -> new Struck(gone.rowCount(), asked && gone.rowCount() > 0));
                })
                .compose(struck -> struck.fenced()
                        ? tx.preparedQuery(FENCE).execute(Tuple.of(eventId)).map(struck)
                        : Future.succeededFuture(struck));
    }
}
