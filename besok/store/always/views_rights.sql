-- What each role may: everything else is the owner's. A role that is not there is left out. Programs read all but secrets and
-- write what they compute or take in; who reads with other tools sees the open_* views only.

-- Drops minute figures that are older; to drop a part of a table takes its owner, whom the jobs are not.
create or replace function drop_minutes(older_than timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
select drop_chunks('occupancy_minute', older_than => older_than)
$$;
revoke execute on function drop_minutes(timestamptz) from public;

-- Puts the rows of one part of the tables of quarters that is over into the order of channel (or space) and time, which takes
-- their owner: they came in that of time, so that whoever reads a year of one site reads those of all sites. Gives its name, or
-- null where all are in order.
create or replace function order_part(over_before timestamptz) returns text
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
    part regclass;
    key text;
begin
    select x.indrelid, i.relname into part, key
    from timescaledb_information.chunks c
    join pg_index x on x.indrelid = format('%I.%I', c.chunk_schema, c.chunk_name)::regclass
    join pg_class i on i.oid = x.indexrelid
    where c.hypertable_name in ('flow_bucket', 'level_bucket', 'occupancy_bucket') and c.range_end < over_before
        and x.indisprimary and not x.indisclustered and not c.is_compressed
    order by c.range_end desc limit 1;
    if found then
        execute format('cluster %s using %I', part, key);
        execute format('analyze %s', part);
    end if;
    return part;
end
$$;
revoke execute on function order_part(timestamptz) from public;

-- Drops a part of the table of readings that ended before a moment and has none left, as its indexes stay as large as they were.
-- Gives its name, or null where there is none, or somebody reads it. Whoever writes readings locks their channels first: while no
-- channel can be locked, none comes in. That is kept short, as they all wait.
create or replace function drop_empty_part(over_before timestamptz) returns text
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '1s' as $$
declare
    part record;
    empty boolean;
begin
    for part in
        select format('%I.%I', chunk_schema, chunk_name) as name, range_start, range_end
        from timescaledb_information.chunks
        where hypertable_name = 'reading' and range_end < over_before
        order by range_end
    loop
        execute format('select not exists (select from %s)', part.name) into empty;
        continue when not empty;
        begin
            lock table channel in exclusive mode;
            execute format('lock table %s in access exclusive mode nowait', part.name);
            execute format('select not exists (select from %s)', part.name) into empty;
            if empty then
                perform drop_chunks('reading', older_than => part.range_end, newer_than => part.range_start);
                return part.name;
            end if;
        exception when lock_not_available then
            return null; -- until the next night
        end;
    end loop;
    return null;
end
$$;
revoke execute on function drop_empty_part(timestamptz) from public;

-- Compresses a part that ended before a moment, by channel or space, again if late data has come since. Gives its name, or null where
-- all are compressed, and where TimescaleDB is the Apache edition, or older than 2.20.1, whose backups of them cannot be restored.
create or replace function compress_part(over_before timestamptz) returns text
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
    part regclass;
    whole text;
    time text;
begin
    if current_setting('timescaledb.license') <> 'timescale' or (
        select string_to_array(substring(extversion from '^[0-9.]+[0-9]'), '.')::int[] < '{2,20,1}' from pg_extension where extname = 'timescaledb'
    ) then
        return null;
    end if;
    select format('%I.%I', c.chunk_schema, c.chunk_name)::regclass, c.hypertable_name, c.primary_dimension into part, whole, time
    from timescaledb_information.chunks c
    where c.hypertable_name in ('reading', 'flow_bucket', 'level_bucket', 'occupancy_bucket') and c.range_end < over_before
        and (not c.is_compressed -- or (2) out of order, (8) in part
            or _timescaledb_functions.chunk_status(format('%I.%I', c.chunk_schema, c.chunk_name)::regclass) & 10 <> 0)
    order by c.range_end desc limit 1;
    if found then
        if not (select compression_enabled from timescaledb_information.hypertables where hypertable_name = whole) then
            execute format(
                'alter table %I set (timescaledb.compress, timescaledb.compress_segmentby = %L, timescaledb.compress_orderby = %L)',
                whole, (
                    select string_agg(a.attname, ', ' order by k.place)
                    from pg_index x
                    cross join lateral unnest(x.indkey) with ordinality as k (number, place)
                    join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number
                    where x.indrelid = whole::regclass and x.indisprimary and a.attname <> time
                ), time
            );
        end if;
        perform compress_chunk(part);
    end if;
    return part;
end
$$;
revoke execute on function compress_part(timestamptz) from public;

-- Deletes entries of the audit that are older, and never any of the last year: the jobs may do that, and nothing else to it.
create or replace function delete_audit(older_than timestamptz) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    latest constant timestamptz := least(older_than, now() - interval '365 days');
    deleted bigint := 0;
begin
    if exists (select from audit where at < latest) then
        alter table audit disable trigger audit_only_grows;
        delete from audit where at < latest;
        get diagnostics deleted = row_count;
        alter table audit enable trigger audit_only_grows;
    end if;
    return deleted;
end
$$;
revoke execute on function delete_audit(timestamptz) from public;

-- Deletes sandboxes in which a scenario was played, and no other site: sites are not deleted by programs.
create or replace function delete_scenario_sandboxes(ids int[]) returns void
language sql security definer set search_path = public, pg_temp as $$
delete from site s where s.site_id = any(ids) and s.sandbox and exists (
    select from scenario_run r join site o using (site_id) where r.play_until is not null and s.slug = o.slug || '-scenario')
$$;
revoke execute on function delete_scenario_sandboxes(int[]) from public;

do $$
declare
    secrets constant text[] := array['account', 'account_role', 'api_key', 'session', 'sign_in_failure', 'audit', 'alert_target'];
    kept constant text[] := array['migration', 'made_anew', 'metric', 'installation']; -- of this program itself
    built constant text[] := array['site', 'space', 'portal', 'visit_definition']; -- in pages: changed, and never deleted
    described constant text[] := array[ -- by commands
        'codec', 'receive_token',
        'weather_day', 'closed_period'
    ];
    taken_in constant text[] := array[ -- from sensors
        'reading', 'channel', 'device', 'flow_bucket', 'level_bucket', 'flow_day', 'dirty_day', 'computed_result', 'usage_day',
        'rejected', 'seen', 'service', 'device_mapping', 'placement', 'quarantine'
    ];
    computed constant text[] := array[
        'occupancy_minute', 'occupancy_bucket', 'occupancy_learnt', 'finding', 'finding_history', 'quality_check', 'imputed_flow',
        'forecast', 'forecast_point', 'forecast_total', 'action_effect', 'event_effect', 'unusual_time', 'looked', 'backfill', 'alert', 'alert_delivery', 'job_run',
        'scenario_run'
    ];
    role text;
    relation text;
    writes text[];
    named record;
begin
    foreach role in array array['besok_collector', 'besok_jobs', 'besok_web', 'besok_reader'] loop
        continue when not exists (select from pg_roles where rolname = role);
        execute format('grant usage on schema public to %I', role);
        for relation in
            select c.relname from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
                and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        loop
            execute format('revoke all on %I from %I', relation, role);
            if role = 'besok_reader' then
                if relation like 'open\_%' then
                    execute format('grant select on %I to %I', relation, role);
                end if;
                continue;
            end if;
            if role = 'besok_web' or relation <> all(secrets) then
                execute format('grant select on %I to %I', relation, role);
            end if;
            writes := case role when 'besok_collector' then taken_in when 'besok_jobs' then taken_in || computed end;
            if relation = any(writes) or (role = 'besok_web' and relation <> all(kept || built || described || array['audit'])
                and exists (select from pg_class where oid = relation::regclass and relkind = 'r')) then
                execute format('grant insert, update, delete on %I to %I', relation, role);
            elsif role = 'besok_web' and relation = any(built) then
                execute format('grant insert, update on %I to %I', relation, role);
            end if;
        end loop;
        if role <> 'besok_reader' then
            execute format('grant insert on audit to %I', role);
            execute format('grant update (sort) on site, space, portal to %I', role); -- to lock their rows
        end if;
        if role = 'besok_jobs' then
            execute 'grant execute on function drop_minutes(timestamptz), delete_audit(timestamptz), delete_scenario_sandboxes(int[]),
                order_part(timestamptz), compress_part(timestamptz), drop_empty_part(timestamptz) to besok_jobs';
            execute 'grant select (expires), delete on session to besok_jobs';
            execute 'grant select (last), delete on sign_in_failure to besok_jobs';
            for named in select p.relation, p.field from personal_column p where p.expires is not null loop
                execute format('grant update (%I) on %I to besok_jobs', named.field, named.relation);
            end loop;
            execute 'grant select, update on alert_target to besok_jobs';
        end if;
    end loop;
end
$$;
