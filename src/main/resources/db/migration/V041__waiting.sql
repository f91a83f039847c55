-- Who was not reminded of a start, or of another one, is found without walking past those who were.
create index interests_to_remind on interests (event_id, reminded_for, id);

-- Stock that returned in such a quantity that more may be told of it than one transaction tells.
create table stock_calls (
    event_id bigint primary key,
    -- How many of those who wait may still be told.
    more     integer not null check (more > 0)
);

-- Tells those who have waited longest that there is stock again, and takes them off the list; how many, at most p_most.
-- Nobody while nobody may claim: before the start, in a pause, after the end, of a draw, or when it was never sold out.
-- Nobody who has a coupon or is not invited. Ids of the list are never used twice, and so a page's key is not.
create function call_waiting(p_event bigint, p_most integer) returns integer language plpgsql volatile as $$
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
           and not exists (select 1 from user_coupons c where c.event_id = p_event and c.user_id = i.user_id)
           and (ev.audience = 'public'
                or exists (select 1 from event_audience a where a.event_id = p_event and a.user_id = i.user_id))
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

-- To be called under the campaign's lock when those who wait may claim again: the first thousand are told in the same
-- transaction, ahead of everybody; the others, as many as there are units, by call_more.
create function tell_waiting(p_event bigint) returns void language plpgsql volatile as $$
declare
    v_free integer;
begin
    delete from stock_calls c where c.event_id = p_event;
    select e.total_count - e.issued_count into v_free from coupon_events e where e.id = p_event;
    if call_waiting(p_event, 1000) = 1000 and v_free > 1000 then
        insert into stock_calls (event_id, more) values (p_event, v_free - 1000);
    end if;
end $$;

-- The next p_most of one campaign; whether there was anybody, so that there may be more. Locks no campaign.
create function call_more(p_most integer) returns boolean language plpgsql volatile as $$
declare
    v_call record;
    v_told integer;
begin
    select c.event_id, c.more into v_call from stock_calls c order by c.event_id limit 1 for update skip locked;
    if not found then
        return false;
    end if;
    v_told := call_waiting(v_call.event_id, least(v_call.more, p_most));
    if v_told < p_most or v_told = v_call.more then
        delete from stock_calls c where c.event_id = v_call.event_id;
    else
        update stock_calls c set more = c.more - v_told where c.event_id = v_call.event_id;
    end if;
    return true;
end $$;

-- As before (V016); who is told when stock returns is decided by tell_waiting.
create or replace function tell_stock(p_event bigint, p_generation integer, p_title text) returns void
language plpgsql volatile as $$
begin
    if p_generation % 2 = 0 then
        perform tell_waiting(p_event);
    end if;
    insert into outbox (dedup, topic, event_id, payload)
    values (case when p_generation % 2 = 1 then 'soldout:' else 'reopened:' end || p_event || ':' || p_generation,
            case when p_generation % 2 = 1 then 'coupon.soldout' else 'coupon.reopened' end,
            p_event,
            jsonb_build_object('eventId', p_event, 'generation', p_generation, 'eventTitle', p_title));
end $$;
