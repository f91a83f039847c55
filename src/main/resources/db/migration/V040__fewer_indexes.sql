-- A coupon costs Postgres mostly the upkeep of its indexes, above all of those that it enters at a random place (decision
-- 38). One by user, with the ids in it, serves the limit, a user's numbers and a user's list; one by campaign, which only
-- grows at its end, serves what reads a campaign's coupons: rebuilding Redis, lists, exports, statistics.
alter table user_coupons
    drop constraint user_limit,
    add constraint user_limit unique (user_id, event_id, seq) include (id);

create index user_coupons_of_event on user_coupons (event_id, id);

drop index user_coupons_of_user;
