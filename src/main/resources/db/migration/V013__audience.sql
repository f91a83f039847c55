-- Who may claim of a campaign whose audience is restricted: those whom the staff named, and those who were granted a coupon.
create table event_audience (
    event_id bigint      not null,
    user_id  bigint      not null,
    added_at timestamptz not null default clock_timestamp(),
    primary key (event_id, user_id)
);

-- Those of the users whom a restricted campaign does not let in. Counted one by one, so that a plan made while the list
-- was short does not read all of a long one.
create function kept_out(p_event bigint, p_user bigint[]) returns setof bigint language sql stable as $$
    select u from unnest(p_user) u
     where (select count(*) from event_audience a where a.event_id = p_event and a.user_id = u) = 0
$$;

-- The functions that issue ask it: issue_batch of V014, issue_fast of V015.
