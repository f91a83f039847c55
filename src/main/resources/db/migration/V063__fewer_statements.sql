-- As before (V015), with fewer statements and without sub-selects in the update: what a batch costs besides its coupons.
--
-- Issues a batch of fresh reservations: all or none.
--
-- p_seq is the user's count that the reservation returned, which is a free number only for a fresh reservation.
-- coupon_ids are in the order of the rids: pass these in ascending, or you will not know whose is whose.
-- No row, or any error (SLOW, a key that is taken, and every other), means nothing happened: send the same batch through
-- issue_batch.
create or replace function issue_fast(
    p_event bigint, p_epoch bigint, p_rid uuid[], p_user bigint[], p_seq smallint[], p_lease uuid[], p_code text[])
returns table (
    coupon_ids bigint[], issued_at timestamptz, expires_at timestamptz,
    event_issued integer, event_total integer, event_generation integer)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    n       constant integer := cardinality(p_rid);
    v_now   timestamptz;
    v_until timestamptz;
    v_event record;
begin
    update coupon_events e
       set issued_count = e.issued_count + n,
           soldout_generation = e.soldout_generation
               + case when e.issued_count + n = e.total_count and e.soldout_generation % 2 = 0 then 1 else 0 end
     where e.id = p_event and e.epoch = p_epoch and e.issued_count + n <= e.total_count and n > 0 and not e.paused
       and e.mode = 'rush' and 1 <= all (p_seq) and e.max_per_user >= all (p_seq)
    returning e.issued_count, e.total_count, e.soldout_generation, e.start_time, e.end_time, e.valid_days, e.title,
              e.audience
         into v_event;
    if not found then
        return;
    end if;
    -- Read after the lock is held: a waiter whose row did not change would not look at the clock again.
    v_now := clock_timestamp();
    v_until := v_now + make_interval(days => v_event.valid_days);
    if v_now < v_event.start_time or v_now >= v_event.end_time then
        raise exception 'SLOW' using errcode = 'P0001';
    end if;
    if v_event.audience <> 'public' then  -- asked under the lock, too: who was removed before this is not let in
        if exists (select 1 from kept_out(p_event, p_user)) then
            raise exception 'SLOW' using errcode = 'P0001';
        end if;
    end if;
    with inserted as (
        insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
        select r, p_event, u, s, c, l, p_epoch, v_now, v_until
          from unnest(p_rid, p_user, p_seq, p_lease, p_code) as t (r, u, s, l, c)
         where not exists (select 1 from void_leases v where v.lease = any (p_lease))
         order by r  -- one lock order for keys that race on two campaigns
        returning user_coupons.rid as i_rid, user_coupons.id as i_id),
    issued as (
        select array_agg(i_id order by i_rid) as ids from inserted),
    told as (
        insert into outbox (dedup, topic, event_id, payload)
        select 'issued:' || ids[1], 'coupon.issued', p_event, jsonb_build_object('couponIds', ids) from issued
         where ids is not null)
    select ids from issued into coupon_ids;
    if coupon_ids is null then  -- a lease is void
        raise exception 'SLOW' using errcode = 'P0001';
    end if;
    if v_event.issued_count = v_event.total_count then
        perform tell_stock(p_event, v_event.soldout_generation, v_event.title);
    end if;
    issued_at := v_now;
    expires_at := v_until;
    event_issued := v_event.issued_count;
    event_total := v_event.total_count;
    event_generation := v_event.soldout_generation;
    return next;
end $$;
