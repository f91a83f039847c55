-- As before (V012), but no notice of the user is being written meanwhile: whoever writes them holds the lock (NoticeStore),
-- and asks under it whether the user exists.
--
-- Forgets a user, and tells which sessions that ended; none, too, when there is no such user. Coupons stay as they are:
-- whose number they bear is nobody then. What else hangs on the user's row goes with it.
create or replace function forget_user(p_user bigint) returns setof uuid language plpgsql volatile as $$
declare
    v_email text;
begin
    -- From here on nobody opens a session for this user; the next statements see those that were opened before.
    select u.email into v_email from users u where u.id = p_user for update;
    if not found then
        return;
    end if;
    delete from login_failures f where f.email_hash = sha256(convert_to(v_email, 'UTF8'));
    perform pg_advisory_xact_lock(7266013);
    delete from notices n where n.user_id = p_user;
    return query
        update sessions s set revoked_at = clock_timestamp()
         where s.user_id = p_user and s.revoked_at is null
        returning s.id;
    delete from users u where u.id = p_user;
end $$;
