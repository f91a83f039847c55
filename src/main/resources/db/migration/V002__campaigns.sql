-- A campaign ("coupon event"). Its row is the lock under which coupons are issued, so it is updated often: free space in
-- the page keeps those updates on it.
create table coupon_events (
    id                  bigint generated always as identity primary key,
    title               text        not null check (char_length(title) between 1 and 200),
    description         text        not null default '' check (char_length(description) <= 4000),
    total_count         integer     not null,
    issued_count        integer     not null default 0,
    start_time          timestamptz not null,
    end_time            timestamptz not null check (end_time > start_time),
    max_per_user        smallint    not null default 1 check (max_per_user between 1 and 100),
    discount_type       text        not null check (discount_type in ('percentage', 'fixed')),
    discount_value      numeric(12, 2) not null check (discount_value > 0),
    min_purchase_amount numeric(12, 2) not null default 0 check (min_purchase_amount >= 0),
    valid_days          integer     not null default 30 check (valid_days between 1 and 3650),
    code_prefix         text        not null default 'CR' check (code_prefix ~ '^[A-Z0-9]{1,16}$'),
    paused              boolean     not null default false,
    -- Fencing token: raised by every rebuild of Redis and every change of stock, limit or window.
    epoch               bigint      not null default 0,
    -- Odd when sold out, even when on sale.
    soldout_generation  integer     not null default 0,
    -- Of the terms, for If-Match; issuing does not change it.
    version             integer     not null default 1,
    created_at          timestamptz not null default clock_timestamp(),
    constraint no_oversell check (issued_count between 0 and total_count)
) with (fillfactor = 50);

create index coupon_events_by_start on coupon_events (start_time desc, id desc);
