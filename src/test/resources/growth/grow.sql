-- Years of coupons: %1$s users in all, ten coupons each, and every thousandth has five hundred; the first %2$s of them. They come campaign by
-- campaign, as issuing writes them, so that the coupons of one user lie far apart. Written without outbox and indexes,
-- which are made afterwards from their own definitions.
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set max_parallel_maintenance_workers = 0;

create temp table dropped as
    select 1 as step, format('alter table user_coupons add constraint %%I %%s', conname, pg_get_constraintdef(oid)) as make,
           format('alter table user_coupons drop constraint %%I', conname) as drop
      from pg_constraint where conrelid = 'user_coupons'::regclass and contype = 'u'
    union all
    select 2, pg_get_indexdef(indexrelid), format('drop index %%s', indexrelid::regclass)
      from pg_index i
     where indrelid = 'user_coupons'::regclass and not indisprimary
       and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid);

do $$ declare statement text; begin
    for statement in select d.drop from dropped d loop execute statement; end loop;
end $$;

insert into users (email, name)
select 'grown-' || n || '@example.com', 'Grown ' || n from generate_series(1, %1$s - (select count(*) from users)) n;

insert into coupon_events (title, description, total_count, issued_count, start_time, end_time, max_per_user,
        discount_type, discount_value, min_purchase_amount, valid_days, soldout_generation, epoch)
select 'Campaign ' || n, 'One of many', 20000, 0, now() - make_interval(hours => 20000 - 20 * n),
       now() - make_interval(hours => 20000 - 20 * n - 48), 1, 'percentage', 10, 10000, 365, 0, 1
  from generate_series(1, 1000) n;

create temp table grown as select id, row_number() over (order by id) - 1 as n, start_time
                             from coupon_events where title like 'Campaign %%';

-- The k-th coupon of everybody, then the next: 97 steps from campaign to campaign never repeat within 500.
insert into user_coupons (rid, event_id, user_id, seq, coupon_code, status, lease, epoch, issued_at, expires_at, used_at,
        order_id, purchase_amount, discount_amount)
select gen_random_uuid(), g.id, u.user_id, 1, 'CR-' || upper(substr(md5(u.user_id || '/' || k), 1, 14)),
       case when (u.user_id + k) %% 5 = 0 then 'used' else 'active' end, gen_random_uuid(), 1, g.start_time,
       g.start_time + interval '365 days',
       case when (u.user_id + k) %% 5 = 0 then g.start_time + interval '1 day' end,
       case when (u.user_id + k) %% 5 = 0 then 'order-' || u.user_id || '-' || k end,
       case when (u.user_id + k) %% 5 = 0 then 20000 end, case when (u.user_id + k) %% 5 = 0 then 2000 end
  from generate_series(1, 500) k
 cross join lateral (select id as user_id from users where k <= 10 or id %% 1000 = 0) u
  join grown g on g.n = (u.user_id * 7 + k * 97) %% 1000
 limit %2$s;

update coupon_events e set issued_count = c.n, total_count = greatest(e.total_count, c.n)
  from (select event_id, count(*)::integer as n from user_coupons group by event_id) c where c.event_id = e.id;

do $$ declare statement text; begin
    for statement in select d.make from dropped d order by d.step loop execute statement; end loop;
end $$;
