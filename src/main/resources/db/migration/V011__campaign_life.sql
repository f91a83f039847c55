-- What a campaign says in small print, whom it is for, and whether Redis holds it before it starts.
alter table coupon_events
    add column terms    text not null default '' check (char_length(terms) <= 4000),
    add column audience text not null default 'public' check (audience in ('public', 'restricted'));

-- The last look at what Redis holds of a campaign before its start. One node at a time looks at one campaign: the one that
-- has written 'checking', for a few seconds at most.
create table campaign_warmups (
    event_id     bigint primary key,
    -- The campaign's, when Redis was compared with it: another epoch was not looked at.
    epoch        bigint      not null,
    state        text        not null check (state in ('checking', 'ready', 'failed')),
    checked_at   timestamptz not null,
    -- What Redis held.
    stock        bigint,
    max_per_user integer,
    users        bigint,
    detail       text        not null default ''
);
