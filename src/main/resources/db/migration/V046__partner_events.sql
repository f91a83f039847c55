-- The campaigns that a partner may give coupons of, and whose guests it may see and change. No foreign key to the
-- campaign: its row is what claims lock, and campaigns are never deleted.
create table partner_events (
    partner_id bigint      not null references partners,
    event_id   bigint      not null,
    given_at   timestamptz not null default clock_timestamp(),
    primary key (partner_id, event_id)
);
