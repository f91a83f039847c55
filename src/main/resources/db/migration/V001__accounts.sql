create table users (
    id            bigint generated always as identity primary key,
    -- Stored as Email.normalised makes it, so that equal addresses are equal text.
    email         text        not null unique check (email = lower(email)),
    name          text        not null check (char_length(name) between 1 and 100),
    -- PHC string; null is a user who cannot sign in with a password (load tests).
    password_hash text,
    role          text        not null default 'USER' check (role in ('USER', 'ADMIN')),
    created_at    timestamptz not null default clock_timestamp()
);

-- One row from login to logout, whatever number of refresh tokens it saw: a token is family + secret, the family stays,
-- the secret changes with each refresh. A known family with another secret is a spent token.
create table sessions (
    id           uuid primary key,
    user_id      bigint      not null references users on delete cascade,
    family_hash  bytea       not null unique,
    secret_hash  bytea       not null,
    created_at   timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    expires_at   timestamptz not null,
    revoked_at   timestamptz
);

create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);
create index sessions_revoked on sessions (revoked_at) where revoked_at is not null;

-- Failed logins in a row, by SHA-256 of the e-mail: there is a row for an address whether or not it has a user.
create table login_failures (
    email_hash bytea primary key,
    failures   smallint    not null,
    last_at    timestamptz not null
);

create index login_failures_by_age on login_failures (last_at);
