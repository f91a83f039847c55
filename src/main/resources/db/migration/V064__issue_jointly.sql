-- A row of the outbox may list coupons of several campaigns, and is of none then.
alter table outbox alter column event_id drop not null;

-- Issues batches of fresh reservations of several campaigns in one transaction, each of them whole or not at all (decision
-- 53). One row for each campaign that was issued; nothing happened to those without: send them through issue_fast. Any error
-- means that nothing happened to any.
--
-- It waits for no campaign: whose row somebody else has locked is left out, and so is whatever is not plain, and the batch
-- that would take the last unit. Every array has an element for each claim; coupon_ids are in the order of the rids.
create function issue_jointly(
    p_event bigint[], p_epoch bigint[], p_rid uuid[], p_user bigint[], p_seq smallint[], p_lease uuid[], p_code text[])
returns table (
    event_id bigint, coupon_ids bigint[], issued_at timestamptz, expires_at timestamptz,
    event_issued integer, event_total integer, event_generation integer)
language plpgsql volatile
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    v_locked bigint[];
    v_now    timestamptz;
begin
    -- The locks, one look at a row each; the next statement sees everything that was committed before them.
    select array_agg(l.id) into v_locked
      from (select a.event, a.epoch, count(*) as n, min(a.seq) as low, max(a.seq) as high
              from unnest(p_event, p_epoch, p_seq) as a (event, epoch, seq)
             group by a.event, a.epoch) asked
     cross join lateral (
            select e.id from coupon_events e
             where e.id = asked.event and e.epoch = asked.epoch and e.issued_count + asked.n < e.total_count
               and not e.paused and e.mode = 'rush' and e.audience = 'public'
               and asked.low >= 1 and asked.high <= e.max_per_user
               for update skip locked) l;
    v_now := clock_timestamp();
    return query
    with asked as (
        select * from unnest(p_event, p_epoch, p_rid, p_user, p_seq, p_lease, p_code)
                        as a (event, epoch, rid, usr, seq, lease, code)
         where a.event = any (v_locked)),
    odd as (  -- campaigns with a key that has a coupon, or with a lease that is void
        select coalesce(array_agg(a.event), '{}') as events from asked a
         where (select count(*) from user_coupons c where c.rid = a.rid) > 0  -- counted: one look a claim, whatever the plan
            or (select count(*) from void_leases v where v.lease = a.lease) > 0),
    counted as (
        update coupon_events e
           set issued_count = e.issued_count + a.n
          from (select event, count(*)::integer as n from asked group by event) a
         where e.id = a.event and e.id = any (v_locked)  -- twice: so every plan looks at these only
           and (v_now >= e.start_time and v_now < e.end_time) is true  -- no condition for an index by time
           and e.id <> all ((select events from odd)::bigint[])
        returning e.id, e.issued_count, e.total_count, e.soldout_generation,
                  v_now + make_interval(days => e.valid_days) as until),
    inserted as (
        insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
        select a.rid, a.event, a.usr, a.seq, a.code, a.lease, a.epoch, v_now, c.until
          from asked a join counted c on c.id = a.event
         order by a.rid  -- one lock order for keys that race on two campaigns
        returning user_coupons.id, user_coupons.rid, user_coupons.event_id),
    told as (
        insert into outbox (dedup, topic, payload)
        select 'issued:' || min(i.id), 'coupon.issued', jsonb_build_object('couponIds', jsonb_agg(i.id order by i.id))
          from inserted i having count(*) > 0)
    -- No join: its plan is made for ten rows, and compares each with each.
    select f.event, array_agg(f.coupon order by f.rid) filter (where f.coupon is not null), v_now, max(f.until),
           max(f.issued), max(f.total), max(f.generation)
      from (select c.id as event, null::bigint as coupon, null::uuid as rid, c.until, c.issued_count as issued,
                   c.total_count as total, c.soldout_generation as generation from counted c
            union all
            select i.event_id, i.id, i.rid, null, null, null, null from inserted i) f
     group by f.event;
end $$;
