-- Who may sign in and how: roles, partners, second factors, other issuers' identities; and how a user is forgotten.

alter table users drop constraint users_role_check;
alter table users add constraint users_role_check check (role in ('USER', 'PARTNER', 'STAFF', 'ADMIN'));

-- A session outlives a user who was forgotten, until no token of it can be good any more. Who opens one holds the user's
-- row meanwhile.
alter table sessions drop constraint sessions_user_id_fkey;

-- Other systems that sign in with a secret of their own. Each is a user without a password, so that there is one kind of
-- id for whoever acts.
create table partners (
    user_id     bigint primary key references users,
    client_id   text        not null unique,
    -- SHA-256; the secret is 32 random bytes.
    secret_hash bytea       not null,
    -- Of all its tokens: it ends when the partner is revoked.
    session_id  uuid        not null,
    created_at  timestamptz not null default clock_timestamp(),
    revoked_at  timestamptz
);

-- The second factor of those who have one (TOTP).
create table second_factors (
    user_id      bigint primary key references users on delete cascade,
    secret       bytea       not null,  -- sealed: AES-256-GCM, bound to the user
    -- Null until a first code has shown that the secret arrived: until then it is asked of nobody.
    confirmed_at timestamptz,
    -- The time step of the last code that was accepted. Only later ones are, so that a code is good once.
    last_step    bigint      not null default 0,
    created_at   timestamptz not null default clock_timestamp()
);

-- What stands in for a code when the device is lost. A row goes when it is used.
create table recovery_codes (
    user_id   bigint not null references second_factors on delete cascade,
    code_hash bytea  not null,  -- SHA-256; a code is 80 random bits
    primary key (user_id, code_hash)
);

-- Accounts elsewhere that sign in here: issuer and subject of OpenID Connect.
create table identities (
    issuer     text        not null,
    subject    text        not null,
    user_id    bigint      not null references users on delete cascade,
    created_at timestamptz not null default clock_timestamp(),
    primary key (issuer, subject)
);

create index identities_of_user on identities (user_id);

-- Logins elsewhere that came back, so that each does so once.
create table spent_logins (
    id         uuid primary key,
    expires_at timestamptz not null
);

create index spent_logins_by_expiry on spent_logins (expires_at);

-- Forgets a user, and tells which sessions that ended; none, too, when there is no such user. Coupons stay as they are:
-- whose number they bear is nobody then. What else hangs on the user's row goes with it.
create function forget_user(p_user bigint) returns setof uuid language plpgsql volatile as $$
declare
    v_email text;
begin
    -- From here on nobody opens a session for this user; the next statements see those that were opened before.
    select u.email into v_email from users u where u.id = p_user for update;
    if not found then
        return;
    end if;
    delete from login_failures f where f.email_hash = sha256(convert_to(v_email, 'UTF8'));
    delete from notices n where n.user_id = p_user;
    return query
        update sessions s set revoked_at = clock_timestamp()
         where s.user_id = p_user and s.revoked_at is null
        returning s.id;
    delete from users u where u.id = p_user;
end $$;
