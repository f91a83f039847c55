-- Whoever asks about some claims reads their rows and no others, however wrong the statistics are (decision 52): what is
-- looked up for each claim is a subquery of its own, which cannot be planned as a join with the whole table; it may not scan;
-- and the index by campaign answers only those who read a whole campaign and say so, (event_id + 0). A campaign
-- that Postgres has not counted yet looks empty to it, and so that index looked as good as the one by user.
drop index user_coupons_of_event;
create index user_coupons_of_event on user_coupons ((event_id + 0), id);

-- As before (V003).
--
-- Settles reservations that nobody answered for: those without a row are void from here on.
create or replace function resolve_leases(p_event bigint, p_rid uuid[], p_lease uuid[])
returns table (rid uuid, lease uuid, consumed boolean) language plpgsql volatile
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    perform 1 from coupon_events where id = p_event for update;  -- no batch is between its check and its commit
    insert into void_leases (lease)
    select l from unnest(p_rid, p_lease) as t (r, l)
     where (select count(*) from user_coupons c where c.rid = r) = 0
    on conflict do nothing;
    return query
    select r, l, (select count(*) from user_coupons c where c.rid = r and c.lease = l) > 0
      from unnest(p_rid, p_lease) as t (r, l);
end $$;

-- As before (V039).
--
-- What the last look before a refusal reads (R6): the coupons of these keys, wherever they were issued, and all that these
-- users have of this campaign.
create or replace function stored_coupons(p_event bigint, p_rid uuid[], p_user bigint[])
returns table (
    rid uuid, event_id bigint, user_id bigint, id bigint, coupon_code text, issued_at timestamptz, expires_at timestamptz,
    max_per_user integer)
language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
    select c.rid, c.event_id, c.user_id, c.id, c.coupon_code, c.issued_at, c.expires_at, e.max_per_user::integer
      from coupon_events e
     cross join unnest(p_rid) k
     cross join lateral (select * from user_coupons u where u.rid = k offset 0) c
     where e.id = p_event
    union
    select c.rid, c.event_id, c.user_id, c.id, c.coupon_code, c.issued_at, c.expires_at, e.max_per_user::integer
      from coupon_events e
     cross join unnest(p_user) k
     cross join lateral (select * from user_coupons u where u.event_id = p_event and u.user_id = k offset 0) c
     where e.id = p_event;
end $$;

-- As before (V041).
--
-- Tells those who have waited longest that there is stock again, and takes them off the list; how many, at most p_most.
-- Nobody while nobody may claim: before the start, in a pause, after the end, of a draw, or when it was never sold out.
-- Nobody who has a coupon or is not invited. Ids of the list are never used twice, and so a page's key is not.
create or replace function call_waiting(p_event bigint, p_most integer) returns integer language plpgsql volatile
set enable_seqscan = off
as $$
declare
    ev     record;
    v_told integer;
begin
    select e.title, e.audience, e.soldout_generation as generation into ev
      from coupon_events e
     where e.id = p_event and e.mode = 'rush' and not e.paused
       and e.soldout_generation > 0 and e.soldout_generation % 2 = 0
       and e.start_time <= clock_timestamp() and e.end_time > clock_timestamp();
    if not found then
        return 0;
    end if;
    with next as materialized (
        select i.id
          from interests i
         where i.event_id = p_event
           and (select count(*) from user_coupons c where c.event_id = p_event and c.user_id = i.user_id) = 0
           and (ev.audience = 'public'
                or (select count(*) from event_audience a where a.event_id = p_event and a.user_id = i.user_id) > 0)
         order by i.id
         limit p_most
           for update skip locked),
    gone as (
        delete from interests i using next n where i.id = n.id
        returning i.id, i.user_id),
    paged as (
        select id, user_id, (row_number() over (order by id) - 1) / 250 as page from gone),
    told as (
        insert into outbox (dedup, topic, event_id, payload)
        select 'available:' || p_event || ':' || min(id), 'coupon.available', p_event,
               jsonb_build_object('eventId', p_event, 'eventTitle', ev.title, 'generation', ev.generation,
                                  'userIds', jsonb_agg(user_id order by id))
          from paged
         group by page
         order by page)
    select count(*) into v_told from gone;
    return v_told;
end $$;

-- As before (V042).
--
-- Decides each claim of a batch, in order, and issues those that hold. One outcome per distinct rid:
--
--   ISSUED, REPLAY (same_lease tells whether this reservation was the one consumed), KEY_REUSED, VOID, NO_EVENT,
--   NOT_OPEN, CLOSED, PAUSED, FENCED, BARRED (not of a restricted campaign's audience), DRAW (who has
--   not won, of a campaign that draws), LIMIT, SOLD_OUT, RETRY (a key or
--   code collided with another campaign's batch, or the neighbour's did and left something over)
--
-- An epoch below zero is always FENCED where it is not refused or replayed: that asks without issuing.
create or replace function issue_batch(
    p_event bigint, p_epoch bigint, p_rid uuid[], p_user bigint[], p_lease uuid[], p_code text[])
returns table (
    rid uuid, outcome text, coupon_id bigint, coupon_code text, issued_at timestamptz, expires_at timestamptz,
    same_lease boolean, event_issued integer, event_total integer, event_generation integer)
language plpgsql volatile
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    ev         coupon_events;
    v_now      timestamptz;
    why        text;
    generation integer;
begin
    -- The lock; the next statement of this function sees everything committed before it.
    select * into ev from coupon_events where id = p_event for update;
    v_now := clock_timestamp();
    why := case when ev.id is null then 'NO_EVENT'
                when ev.mode = 'draw' then case when p_epoch <> ev.epoch then 'FENCED' end  -- there are winners after its end
                when v_now < ev.start_time then 'NOT_OPEN'
                when v_now >= ev.end_time then 'CLOSED'
                when ev.paused then 'PAUSED'
                when p_epoch <> ev.epoch then 'FENCED' end;
    return query
    with asked as (
        select distinct on (a.rid) a.*
          from unnest(p_rid, p_user, p_lease, p_code) with ordinality as a (rid, usr, lease, code, ord)
         order by a.rid, a.ord),
    stored as (
        select a.rid, c.id, c.coupon_code, c.issued_at, c.expires_at, c.lease = a.lease as same,
               case when c.event_id = p_event and c.user_id = a.usr then 'REPLAY' else 'KEY_REUSED' end as outcome
          from asked a
         cross join lateral (select * from user_coupons u where u.rid = a.rid offset 0) c),  -- one look a key
    voided as (
        select a.rid from asked a where (select count(*) from void_leases v where v.lease = a.lease) > 0),
    barred as (
        select u.usr, 'DRAW' as outcome from unnest(p_user) as u (usr)
         where why is null and ev.mode = 'draw'
           and (select count(*) from draw_winners w where w.event_id = p_event and w.user_id = u.usr) = 0
        union
        select k.usr, 'BARRED' from kept_out(p_event, p_user) as k (usr)
         where why is null and ev.audience <> 'public'
           and (ev.mode = 'rush'
                or (select count(*) from draw_winners w where w.event_id = p_event and w.user_id = k.usr) > 0)),
    candidate as (
        select a.*,
               (select count(*) from user_coupons c where c.event_id = p_event and c.user_id = a.usr) as have,
               array(select s from generate_series(1, ev.max_per_user) s
                      where not exists (select 1 from user_coupons c
                                         where c.event_id = p_event and c.user_id = a.usr and c.seq = s)
                      order by s) as free  -- numbers may have holes
          from asked a
         where why is null
           and not exists (select 1 from stored o where o.rid = a.rid)
           and not exists (select 1 from voided v where v.rid = a.rid)
           and not exists (select 1 from barred b where b.usr = a.usr)),
    numbered as (
        select c.*, have + row_number() over (partition by usr order by ord) as nth from candidate c),
    ranked as (
        select m.*, nth <= ev.max_per_user as fits,
               row_number() over (partition by (nth <= ev.max_per_user) order by ord) as rank
          from numbered m),
    inserted as (
        insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
        select w.rid, p_event, w.usr, w.free[w.nth - w.have], w.code, w.lease, p_epoch,
               v_now, v_now + make_interval(days => ev.valid_days)
          from ranked w
         where fits and rank <= ev.total_count - ev.issued_count
         order by w.rid
        on conflict do nothing  -- a key racing on another campaign must not abort everybody's batch
        returning user_coupons.id, user_coupons.rid, user_coupons.user_id, user_coupons.coupon_code,
                  user_coupons.issued_at, user_coupons.expires_at),
    counted as (
        update coupon_events e
           set issued_count = e.issued_count + x.n,
               soldout_generation = e.soldout_generation
                   + case when e.issued_count + x.n = e.total_count and e.soldout_generation % 2 = 0 then 1 else 0 end
          from (select count(*)::integer as n from inserted) x
         where e.id = p_event and x.n > 0
        returning e.issued_count, e.total_count, e.soldout_generation),
    told as (
        insert into outbox (dedup, topic, event_id, payload)
        select 'issued:' || min(i.id), 'coupon.issued', p_event,
               jsonb_build_object('couponIds', jsonb_agg(i.id order by i.id))
          from inserted i having count(*) > 0),
    -- Refused for good, but not fenced when the sale opens or the user is let in: an earlier send may still be on its way.
    buried as (
        insert into void_leases (lease)
        select a.lease from asked a
         where (why = 'NOT_OPEN' or exists (select 1 from barred b where b.usr = a.usr))
           and p_epoch >= 0 and not exists (select 1 from stored o where o.rid = a.rid)
        on conflict do nothing)
    select a.rid,
           coalesce(o.outcome,
               case when v.rid is not null then 'VOID'
                    when why is not null then why
                    when b.usr is not null then b.outcome
                    when i.id is not null then 'ISSUED'
                    -- A collision may leave over what the next in the batch was refused for.
                    when r.fits and coalesce(u.issued_count, ev.issued_count) < ev.total_count then 'RETRY'
                    when r.fits then 'SOLD_OUT'
                    when have + (select count(*) from inserted x where x.user_id = r.usr) < ev.max_per_user then 'RETRY'
                    else 'LIMIT' end),
           coalesce(o.id, i.id), coalesce(o.coupon_code, i.coupon_code), coalesce(o.issued_at, i.issued_at),
           coalesce(o.expires_at, i.expires_at), coalesce(o.same, i.id is not null),
           coalesce(u.issued_count, ev.issued_count, 0), coalesce(ev.total_count, 0),
           coalesce(u.soldout_generation, ev.soldout_generation, 0)
      from asked a
      left join stored o on o.rid = a.rid
      left join voided v on v.rid = a.rid
      left join barred b on b.usr = a.usr
      left join inserted i on i.rid = a.rid
      left join ranked r on r.rid = a.rid
      left join counted u on true;
    select e.soldout_generation into generation from coupon_events e where e.id = p_event;
    if generation <> ev.soldout_generation then
        perform tell_stock(p_event, generation, ev.title);
    end if;
end $$;
