-- What the clock does to a campaign is told as what the staff does is.
alter table coupon_events
    -- The last edit: whatever the clock had done before, it has told.
    add column edited_at timestamptz;

create index coupon_events_by_end on coupon_events (end_time);
