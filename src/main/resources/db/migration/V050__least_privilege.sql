-- Whoever was given rights on every new table, as conf/postgres/roles.sql does, may add to the audit log and read it, and has
-- no business with the history of migrations. The owner's own rights stay.
do $$
declare
    other text;
begin
    for other in
        select distinct g.grantee
          from information_schema.role_table_grants g
         where g.table_schema = current_schema()
           and g.table_name in ('audit_log', 'flyway_schema_history')
           and g.grantee not in (current_user, 'PUBLIC')
    loop
        execute format('revoke update, delete, truncate on audit_log from %I', other);
        execute format('revoke all on flyway_schema_history from %I', other);
    end loop;
end $$;
