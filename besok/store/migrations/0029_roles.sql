-- The roles of the programs, so that none of them is the owner, let alone a superuser: what each may is in always/views_rights.sql.
-- They belong to the whole server, and cannot sign in before they are given a password (`besok database roles`). Where the owner
-- may make no roles, somebody who may runs these four lines; the next `besok migrate` gives them their rights.
do $$
declare
    wanted text;
begin
    if not exists (select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)) then
        return;
    end if;
    foreach wanted in array array['besok_collector', 'besok_jobs', 'besok_web', 'besok_reader'] loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I', wanted);
            end if;
        exception when duplicate_object or unique_violation then
            null; -- another database of this server was first
        end;
    end loop;
end
$$;
