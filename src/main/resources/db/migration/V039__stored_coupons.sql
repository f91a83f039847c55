-- What the last look before a refusal reads (R6): the coupons of these keys, wherever they were issued, and all that these
-- users have of this campaign. As a statement of the node it took four times as long to plan as to run, and was planned
-- each time; here it is planned once a session, in a way that stays good while the table grows from nothing.
create function stored_coupons(p_event bigint, p_rid uuid[], p_user bigint[])
returns table (
    rid uuid, event_id bigint, user_id bigint, id bigint, coupon_code text, issued_at timestamptz, expires_at timestamptz,
    max_per_user integer)
language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
    select c.rid, c.event_id, c.user_id, c.id, c.coupon_code, c.issued_at, c.expires_at, e.max_per_user::integer
      from coupon_events e join user_coupons c on c.rid = any (p_rid)
     where e.id = p_event
    union
    select c.rid, c.event_id, c.user_id, c.id, c.coupon_code, c.issued_at, c.expires_at, e.max_per_user::integer
      from coupon_events e join user_coupons c on c.event_id = e.id and c.user_id = any (p_user)
     where e.id = p_event;
end $$;
