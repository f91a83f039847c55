-- What users were told, for replay to browsers that were away, and what was told at all, so that a message that comes
-- twice is told once. Ids become visible in their order: who inserts holds an advisory lock until the commit.
create table notices (
    id         bigint generated always as identity primary key,
    message_id text        not null constraint one_per_message unique,
    user_id    bigint,  -- null: told to everybody, not replayed
    type       text        not null,
    body       text        not null,
    created_at timestamptz not null default clock_timestamp()
);

create index notices_of_user on notices (user_id, id) where user_id is not null;

-- Rows of the outbox change once and go: dead ones must not pile up in front of the next to be published.
alter table outbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
