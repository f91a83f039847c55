-- A coupon with a short life is warned about when half of it has passed. Those of one life come up in the order of their
-- expiry, so the index that the sweep reads has them one life after the other.
drop index user_coupons_to_warn;
create index user_coupons_to_warn on user_coupons ((expires_at - issued_at), expires_at)
    where status = 'active' and not warned;
