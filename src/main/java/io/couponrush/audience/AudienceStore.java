package io.couponrush.audience;

import io.couponrush.audience.GuestLines.Guest;
import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.campaign.EventAudit;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

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

    /** Longer than a client may take for its file. */
    private static final String WAIT_FOR_THE_CLIENT = "set local idle_in_transaction_session_timeout = '125s'";

    /** Two imports of one campaign would wait for each other's rows. */
    private static final String ALONE =
            """
            select pg_try_advisory_xact_lock(7266015, ($1::bigint % 2147483647)::integer)
            """;

    /** In the order of the ids, so that whoever adds the same users waits and does not deadlock. */
    private static final String ADD =
            """
            with asked as materialized (select distinct u.id, k.id is not null as known
                                          from unnest($2::bigint[]) as u (id)
                                          left join users k on k.id = u.id and k.role <> 'PARTNER'),
            added as (
                insert into event_audience (event_id, user_id)
                select $1, id from asked where known order by id
                on conflict do nothing
                returning user_id)
            select (select count(*) from added) as added, array(select id from asked where not known) as unknown
            """;

    /** Plans made while the list was short are made anew. */
    private static final String ANALYZE = "analyze event_audience";

    /** The campaign's lock: no batch is between its check and its commit, and what was reserved before is fenced. */
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

    private final Pool pool;
    private final Pool patient;

    /** What became of some users: how many are new on the list, and who does not exist. */
    record Added(int added, Set<Long> unknown) {}

    /** A list that is being written to, all of it or nothing. */
    @FunctionalInterface
    interface Writing {
        Future<Added> add(List<Guest> guests);
    }

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

        private final transient Import.Report report;

        Rehearsed(Import.Report report) {
            super("rehearsed", null, false, false);
            this.report = report;
        }
    }

    /**
     * Makes the store.
     *
     * @param patient for transactions that wait for a client
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
     * Lets {@code write} add to the list in one transaction, with its line in the audit log.
     *
     * @param rehearse everything is done, and then undone
     * @return what was written down; fails with {@link Busy} while somebody else does the same, and with what {@code write}
     *     failed with: then nothing was added
     */
    Future<Import.Report> write(
            long eventId, boolean rehearse, Deed deed, Function<Writing, Future<Import.Report>> write) {
        return patient.withTransaction(tx -> alone(tx, eventId)
                        .compose(v -> write.apply(guests -> add(tx, eventId, guests)))
                        .compose(report -> rehearse
                                ? Future.failedFuture(new Rehearsed(report))
                                : remember(tx, eventId, report, deed)))
                .recover(e ->
                        e instanceof Rehearsed done ? Future.succeededFuture(done.report) : Future.failedFuture(e));
    }

    private static Future<Void> alone(SqlConnection tx, long eventId) {
        return tx.query(WAIT_FOR_THE_CLIENT)
                .execute()
                .compose(v -> tx.preparedQuery(ALONE).execute(Tuple.of(eventId)))
                .compose(rows -> rows.iterator().next().getBoolean(0)
                        ? Future.succeededFuture()
                        : Future.failedFuture(new Busy()));
    }

    private static Future<Added> add(SqlConnection tx, long eventId, List<Guest> guests) {
        Long[] ids = guests.stream().map(Guest::userId).toArray(Long[]::new);
        return tx.preparedQuery(ADD)
                .execute(Tuple.of(eventId).addArrayOfLong(ids))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return new Added(row.getInteger("added"), Set.of(row.getArrayOfLongs("unknown")));
                });
    }

    private static Future<Import.Report> remember(SqlConnection tx, long eventId, Import.Report report, Deed deed) {
        return AuditStore.append(tx, AuditEntry.done(deed, EventAudit.target(eventId), report.counts()))
                .map(report);
    }

    /** To be done when a list has grown a lot. Only saves time. */
    Future<Void> analyze() {
        return pool.query(ANALYZE).execute().mapEmpty();
    }

    /** Takes one user off the list; 1 when it was there. From the answer on nothing is issued to that user. */
    Future<Integer> remove(long eventId, long userId, Deed deed) {
        return strike(eventId, REMOVE, Tuple.of(eventId, userId), deed, new JsonObject().put("userId", userId));
    }

    /** Takes everybody off the list; how many there were. From the answer on nothing is issued to them. */
    Future<Integer> clear(long eventId, Deed deed) {
        return strike(eventId, CLEAR, Tuple.of(eventId), deed, new JsonObject());
    }

    private Future<Integer> strike(long eventId, String sql, Tuple values, Deed deed, JsonObject what) {
        return pool.withTransaction(tx -> tx.preparedQuery(FENCE)
                .execute(Tuple.of(eventId))
                .compose(v -> tx.preparedQuery(sql).execute(values))
                .compose(rows -> AuditStore.append(
                                tx,
                                AuditEntry.done(deed, EventAudit.target(eventId), what.put("removed", rows.rowCount())))
                        .map(rows.rowCount())));
    }
}
