-- The roles of CouponRush: one that changes the schema, and one for the running service, which only reads and writes rows.
--
-- To be run in its database by who owns the server, before the first `couponrush migrate`; again whenever in doubt:
--   psql -v ON_ERROR_STOP=1 -d couponrush -f conf/postgres/roles.sql
-- Then give each a password of its own (\password couponrush_migrator), and use them so:
--   couponrush migrate   COUPONRUSH_POSTGRES_URI=postgresql://couponrush_migrator:...@host:5432/couponrush
--   couponrush serve     COUPONRUSH_POSTGRES_URI=postgresql://couponrush_app:...@host:5432/couponrush
-- A schema that another role has made first stays with that role: `reassign owned by ... to couponrush_migrator`, and the
-- grants at the end by hand.

do $$
begin
    if not exists (select from pg_roles where rolname = 'couponrush_migrator') then
        create role couponrush_migrator;
    end if;
    if not exists (select from pg_roles where rolname = 'couponrush_app') then
        create role couponrush_app;
    end if;
end $$;

alter role couponrush_migrator login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role couponrush_app login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to couponrush_migrator, couponrush_app', current_database());
end $$;

revoke all on schema public from public;
grant usage, create on schema public to couponrush_migrator;
grant usage on schema public to couponrush_app;

-- what the migrator makes from now on; V050 takes back what the service has no business with
alter default privileges for role couponrush_migrator revoke execute on functions from public;
alter default privileges for role couponrush_migrator in schema public
    grant select, insert, update, delete on tables to couponrush_app;
alter default privileges for role couponrush_migrator in schema public
    grant usage on sequences to couponrush_app;
alter default privileges for role couponrush_migrator in schema public
    grant execute on functions to couponrush_app;
