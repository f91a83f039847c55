package io.couponrush.campaign;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/** Tells that the clock has started or ended campaigns, as edits are told by {@link CampaignEditStore}. */
public final class WindowStore {
    /** Messages in one transaction. */
    static final int BATCH = 250;

    /** How long what nobody told is looked for: far shorter than the outbox keeps its rows, and with them the keys. */
    private static final Duration BACK = Duration.ofMinutes(2);

    /**
     * Not of a start in a pause, which changes nothing; nor of a start or an end that an edit came after, which has told how
     * things stand. One node at a time; the key makes it once for each start and each end.
     */
    private static final String TELL =
            """
            with turn as materialized (select pg_try_advisory_xact_lock(7266017) as mine),
            passed as materialized (
                select e.id, e.title, e.soldout_generation, 'active' as status, e.start_time as at
                  from coupon_events e
                 where e.start_time > now() - make_interval(secs => $1) and e.start_time <= now() and e.end_time > now()
                   and not e.paused and coalesce(e.edited_at, e.created_at) < e.start_time
                union all
                select e.id, e.title, e.soldout_generation, 'ended', e.end_time
                  from coupon_events e
                 where e.end_time > now() - make_interval(secs => $1) and e.end_time <= now()
                   and coalesce(e.edited_at, e.created_at) < e.end_time),
            keyed as materialized (
                select p.*, 'event:' || id || ':' || status || ':' || (extract(epoch from at) * 1000000)::bigint as key
                  from passed p),
            told as (
                insert into outbox (dedup, topic, event_id, payload)
                select key, 'coupon.event', id,
                       jsonb_build_object('eventId', id, 'eventTitle', title, 'status', status,
                                          'generation', soldout_generation)
                  from keyed k
                 where (select mine from turn) and not exists (select 1 from outbox o where o.dedup = k.key)
                 order by at, id
                 limit $2
                on conflict (dedup) do nothing
                returning 1)
            select count(*)::integer from told
            """;

    private final Pool pool;

    public WindowStore(Pool pool) {
        this.pool = pool;
    }

    /** How many were told of, at most {@link #BATCH}. */
    Future<Integer> tell() {
        return pool.preparedQuery(TELL)
                .execute(Tuple.of((double) BACK.toSeconds(), BATCH))
                .map(rows -> rows.iterator().next().getInteger(0));
    }
}
