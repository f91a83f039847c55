-- Who wants to hear before a campaign starts, and when a campaign that was sold out has stock again; in the order in
-- which they asked.
create table interests (
    id           bigint generated always as identity primary key,
    event_id     bigint      not null,  -- no foreign key, as in user_coupons
    user_id      bigint      not null,
    created_at   timestamptz not null default clock_timestamp(),
    -- The start that this user was reminded of: when the staff moves it there is another.
    reminded_for timestamptz,
    constraint one_interest unique (event_id, user_id)
);

create index interests_in_turn on interests (event_id, id);
create index interests_of_user on interests (user_id);

-- As before (V003); when stock returns, those who wait for it are told ahead of everybody: their rows come first, and rows
-- are published in their order. The longest waiting 1000 are, once each; the others hear with everybody else.
create or replace function tell_stock(p_event bigint, p_generation integer, p_title text) returns void
language sql volatile as $$
    with next as materialized (
        select i.id, i.user_id
          from interests i
         where i.event_id = p_event and p_generation % 2 = 0
           and not exists (select 1 from user_coupons c where c.event_id = p_event and c.user_id = i.user_id)
         order by i.id
         limit 1000
           for update skip locked),
    gone as (
        delete from interests i using next n where i.id = n.id
        returning i.id, i.user_id),
    paged as (
        select id, user_id, (row_number() over (order by id) - 1) / 250 as page from gone)
    insert into outbox (dedup, topic, event_id, payload)
    select 'available:' || p_event || ':' || p_generation || ':' || page, 'coupon.available', p_event,
           jsonb_build_object('eventId', p_event, 'eventTitle', p_title, 'generation', p_generation,
                              'userIds', jsonb_agg(user_id order by id))
      from paged
     group by page
     order by page;

    insert into outbox (dedup, topic, event_id, payload)
    values (case when p_generation % 2 = 1 then 'soldout:' else 'reopened:' end || p_event || ':' || p_generation,
            case when p_generation % 2 = 1 then 'coupon.soldout' else 'coupon.reopened' end,
            p_event,
            jsonb_build_object('eventId', p_event, 'generation', p_generation, 'eventTitle', p_title))
$$;
