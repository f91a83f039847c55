-- What becomes of a coupon after it was issued: used for an order, warned about, expired, or revoked.

alter table coupon_events
    -- The most that one coupon takes off; 0 for no limit.
    add column max_discount_amount numeric(12, 2) not null default 0 check (max_discount_amount >= 0),
    -- Coupons that were issued and called back: issued_count does not count them, their rows stay.
    add column revoked_count integer not null default 0 check (revoked_count >= 0);

alter table user_coupons
    -- The last order that used it, also after that was cancelled.
    add column order_id text check (char_length(order_id) between 1 and 128),
    add column purchase_amount numeric(12, 2),
    add column discount_amount numeric(12, 2),
    -- Whether its owner was told that it expires soon, or it is too late for that.
    add column warned boolean not null default false,
    add constraint used_in_full check (
        case when status = 'used'
             then used_at is not null and order_id is not null and purchase_amount is not null
                  and discount_amount is not null and discount_amount between 0 and purchase_amount
             else used_at is null and purchase_amount is null and discount_amount is null end);

-- Where the expiry sweep reads; a coupon passes from the first to the second, then out of both.
create index user_coupons_to_warn on user_coupons (expires_at) where status = 'active' and not warned;
create index user_coupons_to_expire on user_coupons (expires_at) where status = 'active' and warned;

-- Calls an unused coupon back: its unit returns to the stock, its row stays and counts for its user.
--
--   NO_COUPON, USED, EXPIRED, REVOKED; done tells whether this call did it, or another before
--
-- The coupon is locked before the campaign: whoever uses a coupon holds its row and no other, and must not keep a
-- campaign waiting. It is changed only when both are locked, because a batch that holds the campaign waits for the
-- transaction that changed a row with a key of its own.
create function revoke_coupon(p_code text)
returns table (outcome text, done boolean, event_id bigint, event_generation integer, event_turned boolean, event_over boolean)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    held       record;
    ev         record;
    generation integer;
    turned     boolean;
begin
    select c.id, c.event_id, c.status, c.expires_at into held
      from user_coupons c where c.coupon_code = p_code for update;
    if not found then
        return query select 'NO_COUPON', false, 0::bigint, 0, false, false;
        return;
    end if;
    if held.status <> 'active' or held.expires_at <= clock_timestamp() then
        return query select case held.status when 'used' then 'USED' when 'revoked' then 'REVOKED' else 'EXPIRED' end,
                            false, held.event_id, 0, false, false;
        return;
    end if;
    select e.soldout_generation, e.title, e.end_time into ev
      from coupon_events e where e.id = held.event_id for update;
    turned := ev.soldout_generation % 2 = 1;
    generation := ev.soldout_generation + turned::integer;
    update coupon_events e
       set issued_count = e.issued_count - 1, revoked_count = e.revoked_count + 1,
           epoch = next_epoch(e.epoch), soldout_generation = generation
     where e.id = held.event_id;
    update user_coupons c set status = 'revoked' where c.id = held.id;
    if turned then
        perform tell_stock(held.event_id, generation, ev.title);
    end if;
    return query select 'REVOKED', true, held.event_id, generation, turned, ev.end_time <= clock_timestamp();
end $$;
