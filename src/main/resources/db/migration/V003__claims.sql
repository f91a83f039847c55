-- The ledger. Everything that may happen to a claim is decided by the functions below, under the lock of the campaign's
-- row; docs/architecture.md tells the protocol, rule by rule.

create table user_coupons (
    id          bigint generated always as identity primary key,
    -- What the client asked: one row per key, whatever crashed in between.
    rid         uuid        not null constraint one_per_key unique,
    event_id    bigint      not null,  -- no foreign key: the campaign's row is locked by the same transaction
    user_id     bigint      not null,  -- no foreign key: one user must not abort the batch of others
    seq         smallint    not null check (seq >= 1),
    coupon_code text collate "C" not null constraint one_per_code unique,
    status      text        not null default 'active' check (status in ('active', 'used', 'expired', 'revoked')),
    -- The Redis reservation that this row consumed, and the epoch it was made in.
    lease       uuid        not null,
    epoch       bigint      not null,
    issued_at   timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    constraint user_limit unique (event_id, user_id, seq)
);

create index user_coupons_of_user on user_coupons (user_id, id desc);

-- Reservations declared dead: written before their unit is given back, so that a late statement cannot use them.
create table void_leases (
    lease uuid primary key,
    at    timestamptz not null default clock_timestamp()
);

create index void_leases_by_age on void_leases (at);

-- Facts to be told, in the transaction that made them true: one row per issued batch with its coupons, one per turn of
-- the stock.
create table outbox (
    id           bigint generated always as identity primary key,
    dedup        text        not null unique,
    topic        text        not null,
    event_id     bigint      not null,
    payload      jsonb       not null,
    created_at   timestamptz not null default clock_timestamp(),
    published_at timestamptz
);

create index outbox_unpublished on outbox (id) where published_at is null;

-- The next fencing token of a campaign: grows always, and past any epoch that an old copy of Redis may remember.
create function next_epoch(p_epoch bigint) returns bigint language sql volatile as $$
    select greatest(p_epoch + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

-- Issues a batch of fresh reservations: all or none.
--
-- p_seq is the user's count that the reservation returned, which is a free number only for a fresh reservation.
-- No row, or any error (SLOW, a key that is taken, and every other), means nothing happened: send the same batch through
-- issue_batch.
create function issue_fast(
    p_event bigint, p_epoch bigint, p_rid uuid[], p_user bigint[], p_seq smallint[], p_lease uuid[], p_code text[])
returns table (
    rid uuid, coupon_id bigint, coupon_code text, issued_at timestamptz, expires_at timestamptz,
    event_issued integer, event_total integer, event_generation integer)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    n       constant integer := cardinality(p_rid);
    v_now   timestamptz;
    v_event record;
begin
    update coupon_events e
       set issued_count = e.issued_count + n,
           soldout_generation = e.soldout_generation
               + case when e.issued_count + n = e.total_count and e.soldout_generation % 2 = 0 then 1 else 0 end
     where e.id = p_event and e.epoch = p_epoch and e.issued_count + n <= e.total_count and n > 0 and not e.paused
       and (select min(s) from unnest(p_seq) s) >= 1
       and (select max(s) from unnest(p_seq) s) <= e.max_per_user
    returning e.issued_count, e.total_count, e.soldout_generation, e.start_time, e.end_time, e.valid_days, e.title
         into v_event;
    if not found then
        return;
    end if;
    -- Read after the lock is held: a waiter whose row did not change would not look at the clock again.
    v_now := clock_timestamp();
    if v_now < v_event.start_time or v_now >= v_event.end_time
            or exists (select 1 from void_leases v where v.lease = any (p_lease)) then
        raise exception 'SLOW' using errcode = 'P0001';
    end if;
    return query
    with inserted as (
        insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
        select r, p_event, u, s, c, l, p_epoch, v_now, v_now + make_interval(days => v_event.valid_days)
          from unnest(p_rid, p_user, p_seq, p_lease, p_code) as t (r, u, s, l, c)
         order by r  -- one lock order for keys that race on two campaigns
        returning user_coupons.rid as i_rid, user_coupons.id as i_id, user_coupons.coupon_code as i_code,
                  user_coupons.issued_at as i_at, user_coupons.expires_at as i_expires),
    told as (
        insert into outbox (dedup, topic, event_id, payload)
        select 'issued:' || min(i_id), 'coupon.issued', p_event,
               jsonb_build_object('couponIds', jsonb_agg(i_id order by i_id))
          from inserted)
    select i_rid, i_id, i_code, i_at, i_expires, v_event.issued_count, v_event.total_count, v_event.soldout_generation
      from inserted;
    if v_event.issued_count = v_event.total_count then
        perform tell_stock(p_event, v_event.soldout_generation, v_event.title);
    end if;
end $$;

-- Tells that a campaign sold out (odd generation) or sells again (even). The unique key makes it once per generation.
create function tell_stock(p_event bigint, p_generation integer, p_title text) returns void language sql volatile as $$
    insert into outbox (dedup, topic, event_id, payload)
    values (case when p_generation % 2 = 1 then 'soldout:' else 'reopened:' end || p_event || ':' || p_generation,
            case when p_generation % 2 = 1 then 'coupon.soldout' else 'coupon.reopened' end,
            p_event,
            jsonb_build_object('eventId', p_event, 'generation', p_generation, 'eventTitle', p_title))
$$;

-- Decides each claim of a batch, in order, and issues those that hold. One outcome per distinct rid:
--
--   ISSUED, REPLAY (same_lease tells whether this reservation was the one consumed), KEY_REUSED, VOID, NO_EVENT,
--   NOT_OPEN, CLOSED, PAUSED, FENCED, LIMIT, SOLD_OUT, RETRY (a key or code collided with another campaign's batch, or
--   the neighbour's did and left something over)
--
-- An epoch below zero is always FENCED where it is not refused or replayed: that asks without issuing.
create function issue_batch(
    p_event bigint, p_epoch bigint, p_rid uuid[], p_user bigint[], p_lease uuid[], p_code text[])
returns table (
    rid uuid, outcome text, coupon_id bigint, coupon_code text, issued_at timestamptz, expires_at timestamptz,
    same_lease boolean, event_issued integer, event_total integer, event_generation integer)
language plpgsql volatile as $$
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
          from asked a join user_coupons c on c.rid = a.rid),
    voided as (
        select a.rid from asked a join void_leases v on v.lease = a.lease),
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
           and not exists (select 1 from voided v where v.rid = a.rid)),
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
    buried as (  -- refused for good, but not fenced when the sale opens: an earlier send may still be on its way
        insert into void_leases (lease)
        select a.lease from asked a
         where why = 'NOT_OPEN' and p_epoch >= 0 and not exists (select 1 from stored o where o.rid = a.rid)
        on conflict do nothing)
    select a.rid,
           coalesce(o.outcome,
               case when v.rid is not null then 'VOID'
                    when why is not null then why
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
      left join inserted i on i.rid = a.rid
      left join ranked r on r.rid = a.rid
      left join counted u on true;
    select e.soldout_generation into generation from coupon_events e where e.id = p_event;
    if generation <> ev.soldout_generation then
        perform tell_stock(p_event, generation, ev.title);
    end if;
end $$;

-- Settles reservations that nobody answered for: those without a row are void from here on.
create function resolve_leases(p_event bigint, p_rid uuid[], p_lease uuid[])
returns table (rid uuid, lease uuid, consumed boolean) language plpgsql volatile as $$
#variable_conflict use_column
begin
    perform 1 from coupon_events where id = p_event for update;  -- no batch is between its check and its commit
    insert into void_leases (lease)
    select l from unnest(p_rid, p_lease) as t (r, l)
     where not exists (select 1 from user_coupons c where c.rid = r)
    on conflict do nothing;
    return query
    select r, l, exists (select 1 from user_coupons c where c.rid = r and c.lease = l)
      from unnest(p_rid, p_lease) as t (r, l);
end $$;

-- Starts a new epoch if nobody else did since p_expected was read: the winner loads Redis with what is returned.
create function begin_epoch(p_event bigint, p_expected bigint)
returns table (epoch bigint, free integer, max_per_user smallint, generation integer) language sql volatile as $$
    update coupon_events e set epoch = next_epoch(e.epoch)
     where e.id = p_event and e.epoch = p_expected
    returning e.epoch, e.total_count - e.issued_count, e.max_per_user, e.soldout_generation
$$;
