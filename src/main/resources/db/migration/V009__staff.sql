-- Who did what with privileges, and who was kept out. Written in the transaction of the action; rows stay as they are.
create table audit_log (
    id       bigint generated always as identity primary key,
    at       timestamptz not null default clock_timestamp(),
    actor_id bigint,  -- no foreign key: it outlives the user; null is nobody who signed in, or the service itself
    role     text        not null,
    action   text        not null,
    target   text,
    -- DONE, or the code of the problem that kept it from being done.
    outcome  text        not null,
    -- What changed, and only that.
    before   jsonb,
    after    jsonb,
    trace_id text        not null,
    client   text  -- the network of the address
);

create index audit_log_of_actor on audit_log (actor_id, id);
create index audit_log_of_action on audit_log (action, id);

create function audit_stays() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_log_stays before update or delete or truncate on audit_log
    for each statement execute function audit_stays();

-- How many claims of a campaign were refused, and why. Counted by the nodes and added every few seconds.
create table refusals (
    event_id bigint not null,
    reason   text   not null,
    refused  bigint not null,
    primary key (event_id, reason)
);
