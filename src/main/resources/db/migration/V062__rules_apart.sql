-- Postgres reads the text of each check constraint of a table anew for every statement that writes to it: with the eighteen of
-- these two that was a tenth of what a batch of coupons costs (decision 53). What issuing cannot break is checked by
-- constraint triggers that issuing does not fire; no_oversell stays.

-- Errors are those of a check constraint of this name.
create function refuse_row(p_table name, p_constraint text) returns void language plpgsql as $$
begin
    raise check_violation using
        message = format('new row for relation "%s" violates "%s"', p_table, p_constraint),
        table = p_table, constraint = p_constraint;
end $$;

alter table coupon_events
    drop constraint coupon_events_title_check,
    drop constraint coupon_events_description_check,
    drop constraint coupon_events_check,
    drop constraint coupon_events_max_per_user_check,
    drop constraint coupon_events_discount_type_check,
    drop constraint coupon_events_discount_value_check,
    drop constraint coupon_events_min_purchase_amount_check,
    drop constraint coupon_events_valid_days_check,
    drop constraint coupon_events_code_prefix_check,
    drop constraint coupon_events_max_discount_amount_check,
    drop constraint coupon_events_revoked_count_check,
    drop constraint coupon_events_terms_check,
    drop constraint coupon_events_audience_check,
    drop constraint coupon_events_mode_check;

-- What is not known (null) breaks no rule, as in a check.
create function terms_hold() returns trigger language plpgsql as $$
declare
    broken constant text := case
        when not char_length(new.title) between 1 and 200 then 'title'
        when not char_length(new.description) <= 4000 then 'description'
        when not char_length(new.terms) <= 4000 then 'terms'
        when not new.end_time > new.start_time then 'end_time'
        when not new.max_per_user between 1 and 100 then 'max_per_user'
        when not new.discount_type in ('percentage', 'fixed') then 'discount_type'
        when not new.discount_value > 0 then 'discount_value'
        when not new.min_purchase_amount >= 0 then 'min_purchase_amount'
        when not new.max_discount_amount >= 0 then 'max_discount_amount'
        when not new.valid_days between 1 and 3650 then 'valid_days'
        when not new.code_prefix ~ '^[A-Z0-9]{1,16}$' then 'code_prefix'
        when not new.audience in ('public', 'restricted') then 'audience'
        when not new.mode in ('rush', 'draw') then 'mode'
        when not new.revoked_count >= 0 then 'revoked_count' end;
begin
    if broken is not null then
        perform refuse_row(tg_table_name, 'coupon_events_' || broken || '_check');
    end if;
    return null;
end $$;

create constraint trigger terms_hold
    after insert or update of title, description, terms, start_time, end_time, max_per_user, discount_type, discount_value,
        min_purchase_amount, max_discount_amount, valid_days, code_prefix, audience, mode, revoked_count
    on coupon_events for each row execute function terms_hold();

alter table user_coupons
    drop constraint user_coupons_seq_check,
    drop constraint user_coupons_status_check,
    drop constraint user_coupons_order_id_check,
    drop constraint used_in_full;

create function use_holds() returns trigger language plpgsql as $$
declare
    broken constant text := case
        when not new.seq >= 1 then 'user_coupons_seq_check'
        when not new.status in ('active', 'used', 'expired', 'revoked') then 'user_coupons_status_check'
        when not char_length(new.order_id) between 1 and 128 then 'user_coupons_order_id_check'
        when new.status = 'used' and not (
                new.used_at is not null and new.order_id is not null and new.purchase_amount is not null
                and new.discount_amount is not null and new.discount_amount between 0 and new.purchase_amount)
            then 'used_in_full'
        when new.status <> 'used' and not (
                new.used_at is null and new.purchase_amount is null and new.discount_amount is null)
            then 'used_in_full' end;
begin
    if broken is not null then
        perform refuse_row(tg_table_name, broken);
    end if;
    return null;
end $$;

create constraint trigger use_holds
    after update of seq, status, order_id, used_at, purchase_amount, discount_amount
    on user_coupons for each row execute function use_holds();

-- A coupon begins unused; only one that does not is looked at.
create constraint trigger begins_well
    after insert on user_coupons for each row
    when (new.seq < 1 or new.status <> 'active'
        or num_nonnulls(new.order_id, new.used_at, new.purchase_amount, new.discount_amount) > 0)
    execute function use_holds();
