-- Where the traces of sampled claims go on, for whoever publishes their coupons. Written with the coupon, taken away when it
-- was told of. Losing a row loses the second half of one trace, so it need not survive a crash.
create unlogged table claim_traces (
    rid         uuid primary key,
    traceparent text not null,
    created_at  timestamptz not null default now()
);
