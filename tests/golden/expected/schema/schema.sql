CREATE INDEX action_log_site ON public.action_log USING btree (site_id, slug)
CREATE INDEX audit_actor ON public.audit USING btree (lower(actor), entry_id DESC)
CREATE INDEX audit_at ON public.audit USING btree (at DESC)
CREATE INDEX calibration_portal_id_valid_excl ON public.calibration USING gist (portal_id, valid) WHERE ((decision = 'accepted'::text) AND (undone IS NULL))
CREATE INDEX device_registered ON public.device USING btree (registered) WHERE (registered IS NOT NULL)
CREATE INDEX finding_history_finding ON public.finding_history USING btree (finding_id, "time")
CREATE INDEX finding_site ON public.finding USING btree (site_id, since)
CREATE INDEX headcount_space ON public.headcount USING btree (space_id, "time")
CREATE INDEX job_run_duty_started_idx ON public.job_run USING btree (duty, started DESC)
CREATE INDEX manual_count_portal ON public.manual_count USING btree (portal_id, begins)
CREATE INDEX period_count_import ON public.period_count USING btree (import_id)
CREATE INDEX placement_channel_id_valid_excl ON public.placement USING gist (channel_id, valid)
CREATE INDEX placement_portal ON public.placement USING btree (portal_id)
CREATE INDEX placement_space ON public.placement USING btree (space_id)
CREATE INDEX portal_inner ON public.portal USING btree (inner_id)
CREATE INDEX portal_outer ON public.portal USING btree (outer_id)
CREATE INDEX programme_event_during ON public.programme_event USING gist (site_id, during)
CREATE INDEX quarantine_decided ON public.quarantine USING btree (decision_id) WHERE (decision_id IS NOT NULL)
CREATE INDEX quarantine_flood ON public.quarantine USING btree (channel_id, "time") WHERE (cause = 'flood'::text)
CREATE INDEX quarantine_waiting ON public.quarantine USING btree (channel_id, cause) WHERE (decision_id IS NULL)
CREATE INDEX reading_long ON public.reading USING btree (channel_id, "time") WHERE (period_s > (900)::double precision)
CREATE INDEX rejected_asks ON public.rejected USING btree (hashtext(topic), rejected_id) WHERE ((resolved IS NULL) AND (POSITION(('# values.'::text) IN (reason)) > 0))
CREATE INDEX rejected_open ON public.rejected USING btree (rejected_id) WHERE (resolved IS NULL)
CREATE INDEX rejected_received ON public.rejected USING btree (received)
CREATE INDEX rejected_unredacted ON public.rejected USING btree (rejected_id) WHERE (NOT redacted)
CREATE INDEX scenario_run_number_idx ON public.scenario_run USING btree (number) WHERE (ended IS NULL)
CREATE INDEX scenario_run_site_id_number_idx ON public.scenario_run USING btree (site_id, number DESC)
CREATE INDEX seen_forget ON public.seen USING brin (forget)
CREATE INDEX session_account ON public.session USING btree (account_id)
CREATE INDEX session_key ON public.session USING btree (key_id)
CREATE INDEX voided_time_in_force ON public.voided_time USING btree (device_id) WHERE (undone IS NULL)
CREATE OR REPLACE FUNCTION public.audit_only_grows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    raise exception 'the audit only grows: entries are neither changed nor removed';
end
$function$

CREATE OR REPLACE FUNCTION public.compress_part(over_before timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
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
$function$

CREATE OR REPLACE FUNCTION public.delete_audit(older_than timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$

CREATE OR REPLACE FUNCTION public.delete_scenario_sandboxes(ids integer[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
delete from site s where s.site_id = any(ids) and s.sandbox and exists (
    select from scenario_run r join site o using (site_id) where r.play_until is not null and s.slug = o.slug || '-scenario')
$function$

CREATE OR REPLACE FUNCTION public.drop_empty_part(over_before timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '1s'
AS $function$
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
$function$

CREATE OR REPLACE FUNCTION public.drop_minutes(older_than timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
select drop_chunks('occupancy_minute', older_than => older_than)
$function$

CREATE OR REPLACE FUNCTION public.forget_usage()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    delete from usage_day u using marked m join space z using (site_id) where u.space_id = z.space_id and u.day = m.day;
    return null;
end
$function$

CREATE OR REPLACE FUNCTION public.holds_at(during tstzrange, moment timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
select moment >= coalesce(lower(during), '-infinity') and moment < coalesce(upper(during), 'infinity')
$function$

CREATE OR REPLACE FUNCTION public.is_voided(at timestamp with time zone, period_s real, value double precision, during tstzrange, above double precision)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
select (above is null or value > above) and case
    when period_s > 0 then tstzrange(at - period_s * interval '1 second', at, '()') && during else during @> at
end
$function$

CREATE OR REPLACE FUNCTION public.note_change(changed_device integer, changed_channel integer)
 RETURNS void
 LANGUAGE sql
AS $function$
with standing as (
    update finding f set changed = now()
    from device d
    where d.device_id = changed_device and f.state <> 'resolved' and f.changed is distinct from now()
        and (f.channel_id = changed_channel
            or changed_channel is null and f.channel_id in (select channel_id from channel where device_id = changed_device)
            or f.evidence ->> 'other_device' in (d.external_id, substring(d.external_id from '/(.*)$')))
    returning f.finding_id
)
insert into finding_history (finding_id, time, event) select finding_id, now(), 'changed' from standing
$function$

CREATE OR REPLACE FUNCTION public.note_placement_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare row record;
begin
    if tg_op = 'UPDATE' and (old.portal_id, old.space_id, old.swapped, old.role, old.valid)
            is not distinct from (new.portal_id, new.space_id, new.swapped, new.role, new.valid) then
        return null;
    end if;
    if tg_op = 'DELETE' then row := old; else row := new; end if;
    perform note_change(c.device_id, c.channel_id) from channel c where c.channel_id = row.channel_id;
    return null;
end
$function$

CREATE OR REPLACE FUNCTION public.note_void()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    perform note_change(new.device_id, null);
    return null;
end
$function$

CREATE OR REPLACE FUNCTION public.order_part(over_before timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
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
$function$

CREATE OR REPLACE FUNCTION public.people_between(was double precision, value double precision, wraps bigint, earlier timestamp with time zone, earlier_received timestamp with time zone, later timestamp with time zone, later_received timestamp with time zone)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
select case
    when later - earlier > interval '400 days'
        or later - earlier > interval '1 day' and later - later_received > interval '1 day'
            and earlier - earlier_received <= interval '1 day'
        then null
    when value >= was or value <= was / 2 or later_received >= earlier_received
        then people_since(was, value, wraps, extract(epoch from later - earlier)::float8)
    when later - earlier <= interval '15 minutes' then value - was
end
$function$

CREATE OR REPLACE FUNCTION public.people_since(was double precision, value double precision, wraps bigint, seconds double precision)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
select case
    when value >= was then value - was
    when was < wraps and was >= wraps * 0.75 and value < wraps * 0.25 and wraps - was + value <= greatest(100, 3 * seconds)
        then wraps - was + value
    when value * 2 > was and value > 3 * seconds then 0
    else value
end
$function$

CREATE OR REPLACE FUNCTION public.told_across_void(channel integer, kind smallint, was double precision, now double precision, earlier timestamp with time zone, later timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
select not exists (
    select from channel c
    join voided_time v using (device_id)
    where c.channel_id = channel and v.undone is null and v.during && tstzrange(earlier, later, '()')
) or now >= was and exists (
    select from reading r
    where r.channel_id = channel and r.metric = kind and r.time > earlier and r.time < later and r.flags & 16 <> 0
        and (r.value < was or r.value > now)
)
$function$

CREATE OR REPLACE FUNCTION public.total_neighbours(channel integer, of_metric smallint, at timestamp with time zone, OUT before timestamp with time zone, OUT after timestamp with time zone)
 RETURNS record
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
select
    (select time from reading where of_metric in (3, 4, 6) and channel_id = channel and metric = of_metric and time < at
        and time >= at - interval '400 days' order by time desc limit 1),
    (select time from reading where of_metric in (3, 4, 6) and channel_id = channel and metric = of_metric and time > at
        and time <= at + interval '400 days' order by time limit 1)
$function$

CREATE OR REPLACE FUNCTION public.visits_together(sites text[], first date, last date)
 RETURNS TABLE(day date, gross double precision, net double precision, covered_s double precision, imputed double precision, corrected double precision)
 LANGUAGE sql
 STABLE
AS $function$
select v.day, sum(v.gross), sum(v.net), sum(v.covered_s), sum(v.imputed), sum(v.corrected)
from visit_day v join site s using (site_id)
where s.slug = any(sites) and v.day between first and last
group by v.day
having count(*) = cardinality(sites)
$function$

CREATE UNIQUE INDEX account_issuer_subject_key ON public.account USING btree (issuer, subject)
CREATE UNIQUE INDEX account_name_key ON public.account USING btree (name)
CREATE UNIQUE INDEX account_pkey ON public.account USING btree (account_id)
CREATE UNIQUE INDEX account_role_account_id_role_site_id_key ON public.account_role USING btree (account_id, role, site_id) NULLS NOT DISTINCT
CREATE UNIQUE INDEX action_effect_pkey ON public.action_effect USING btree (action_id)
CREATE UNIQUE INDEX action_log_pkey ON public.action_log USING btree (entry_id)
CREATE UNIQUE INDEX action_pkey ON public.action USING btree (action_id)
CREATE UNIQUE INDEX action_site_id_slug_key ON public.action USING btree (site_id, slug)
CREATE UNIQUE INDEX action_space_pkey ON public.action_space USING btree (action_id, space_id)
CREATE UNIQUE INDEX alert_delivery_pkey ON public.alert_delivery USING btree (delivery_id)
CREATE UNIQUE INDEX alert_mute_pkey ON public.alert_mute USING btree (mute_id)
CREATE UNIQUE INDEX alert_open ON public.alert USING btree (rule_id, subject) WHERE (resolved IS NULL)
CREATE UNIQUE INDEX alert_pkey ON public.alert USING btree (alert_id)
CREATE UNIQUE INDEX alert_rule_id_subject_since_key ON public.alert USING btree (rule_id, subject, since)
CREATE UNIQUE INDEX alert_rule_pkey ON public.alert_rule USING btree (rule_id)
CREATE UNIQUE INDEX alert_target_pkey ON public.alert_target USING btree (name)
CREATE UNIQUE INDEX announcement_pkey ON public.announcement USING btree (site_id)
CREATE UNIQUE INDEX api_key_digest_key ON public.api_key USING btree (digest)
CREATE UNIQUE INDEX api_key_name ON public.api_key USING btree (name) WHERE (revoked IS NULL)
CREATE UNIQUE INDEX api_key_pkey ON public.api_key USING btree (key_id)
CREATE UNIQUE INDEX audit_pkey ON public.audit USING btree (entry_id)
CREATE UNIQUE INDEX backfill_pkey ON public.backfill USING btree (digest)
CREATE UNIQUE INDEX calibration_open ON public.calibration USING btree (portal_id) WHERE (decision = 'open'::text)
CREATE UNIQUE INDEX calibration_pkey ON public.calibration USING btree (calibration_id)
CREATE UNIQUE INDEX channel_device_id_key_key ON public.channel USING btree (device_id, key)
CREATE UNIQUE INDEX channel_pkey ON public.channel USING btree (channel_id)
CREATE UNIQUE INDEX closed_period_in_force ON public.closed_period USING btree (site_id, first, last) WHERE (ended IS NULL)
CREATE UNIQUE INDEX closed_period_pkey ON public.closed_period USING btree (period_id)
CREATE UNIQUE INDEX codec_name ON public.codec USING btree (lower(vendor), lower(model))
CREATE UNIQUE INDEX computed_result_pkey ON public.computed_result USING btree (site_id, what)
CREATE UNIQUE INDEX count_import_content ON public.count_import USING btree (site_id, content)
CREATE UNIQUE INDEX count_import_log_pkey ON public.count_import_log USING btree (entry_id)
CREATE UNIQUE INDEX count_import_pkey ON public.count_import USING btree (import_id)
CREATE UNIQUE INDEX device_mapping_pkey ON public.device_mapping USING btree (mapping_id)
CREATE UNIQUE INDEX device_pkey ON public.device USING btree (device_id)
CREATE UNIQUE INDEX device_source_external_id_key ON public.device USING btree (source, external_id)
CREATE UNIQUE INDEX dirty_day_pkey ON public.dirty_day USING btree (site_id, day)
CREATE UNIQUE INDEX event_effect_pkey ON public.event_effect USING btree (event_id)
CREATE UNIQUE INDEX finding_history_pkey ON public.finding_history USING btree (line)
CREATE UNIQUE INDEX finding_pkey ON public.finding USING btree (finding_id)
CREATE UNIQUE INDEX finding_standing ON public.finding USING btree (site_id, kind, COALESCE(channel_id, 0)) WHERE (state <> 'resolved'::text)
CREATE UNIQUE INDEX flow_bucket_pkey ON public.flow_bucket USING btree (channel_id, bucket)
CREATE UNIQUE INDEX flow_day_pkey ON public.flow_day USING btree (site_id, portal_id, day)
CREATE UNIQUE INDEX forecast_pkey ON public.forecast USING btree (forecast_id)
CREATE UNIQUE INDEX forecast_point_pkey ON public.forecast_point USING btree (forecast_id, kind, day)
CREATE UNIQUE INDEX forecast_site_id_origin_measure_also_key ON public.forecast USING btree (site_id, origin, measure, also)
CREATE UNIQUE INDEX forecast_total_pkey ON public.forecast_total USING btree (forecast_id, first_day, last_day)
CREATE UNIQUE INDEX headcount_pkey ON public.headcount USING btree (headcount_id)
CREATE UNIQUE INDEX imputed_flow_pkey ON public.imputed_flow USING btree (channel_id, bucket)
CREATE UNIQUE INDEX installation_pkey ON public.installation USING btree (only_row)
CREATE UNIQUE INDEX job_run_pkey ON public.job_run USING btree (run_id)
CREATE UNIQUE INDEX level_bucket_pkey ON public.level_bucket USING btree (channel_id, metric, bucket)
CREATE UNIQUE INDEX looked_pkey ON public.looked USING btree (site_id, what)
CREATE UNIQUE INDEX made_anew_pkey ON public.made_anew USING btree (only_row)
CREATE UNIQUE INDEX manual_count_pkey ON public.manual_count USING btree (count_id)
CREATE UNIQUE INDEX manual_tap_pkey ON public.manual_tap USING btree (count_id, "position")
CREATE UNIQUE INDEX mapping_pkey ON public.mapping USING btree (site_id, "position")
CREATE UNIQUE INDEX metric_name_key ON public.metric USING btree (name)
CREATE UNIQUE INDEX metric_pkey ON public.metric USING btree (code)
CREATE UNIQUE INDEX migration_pkey ON public.migration USING btree (name)
CREATE UNIQUE INDEX occupancy_bucket_pkey ON public.occupancy_bucket USING btree (space_id, bucket)
CREATE UNIQUE INDEX occupancy_learnt_pkey ON public.occupancy_learnt USING btree (site_id, day)
CREATE UNIQUE INDEX occupancy_minute_pkey ON public.occupancy_minute USING btree (space_id, "time")
CREATE UNIQUE INDEX placement_pkey ON public.placement USING btree (placement_id)
CREATE UNIQUE INDEX plan_picture_pkey ON public.plan_picture USING btree (space_id)
CREATE UNIQUE INDEX portal_pkey ON public.portal USING btree (portal_id)
CREATE UNIQUE INDEX portal_site_id_slug_key ON public.portal USING btree (site_id, slug)
CREATE UNIQUE INDEX programme_event_pkey ON public.programme_event USING btree (event_id)
CREATE UNIQUE INDEX programme_event_site_id_calendar_uid_during_key ON public.programme_event USING btree (site_id, calendar, uid, during)
CREATE UNIQUE INDEX quality_check_pkey ON public.quality_check USING btree (site_id)
CREATE UNIQUE INDEX quarantine_decision_pkey ON public.quarantine_decision USING btree (decision_id)
CREATE UNIQUE INDEX quarantine_once ON public.quarantine USING btree (channel_id, metric, "time", value, period_s)
CREATE UNIQUE INDEX quarantine_pkey ON public.quarantine USING btree (quarantine_id)
CREATE UNIQUE INDEX reading_pkey ON public.reading USING btree (channel_id, metric, "time")
CREATE UNIQUE INDEX receive_token_digest_key ON public.receive_token USING btree (digest)
CREATE UNIQUE INDEX receive_token_pkey ON public.receive_token USING btree (name)
CREATE UNIQUE INDEX rejected_pkey ON public.rejected USING btree (rejected_id)
CREATE UNIQUE INDEX scenario_run_pkey ON public.scenario_run USING btree (number)
CREATE UNIQUE INDEX school_holiday_pkey ON public.school_holiday USING btree (site_id, calendar, first, last)
CREATE UNIQUE INDEX seen_pkey ON public.seen USING btree (scope, mark, digest)
CREATE UNIQUE INDEX service_pkey ON public.service USING btree (name)
CREATE UNIQUE INDEX session_digest_key ON public.session USING btree (digest)
CREATE UNIQUE INDEX session_pkey ON public.session USING btree (session_id)
CREATE UNIQUE INDEX session_previous_key ON public.session USING btree (previous)
CREATE UNIQUE INDEX sign_in_failure_pkey ON public.sign_in_failure USING btree (name)
CREATE UNIQUE INDEX site_edited_pkey ON public.site_edited USING btree (site_id)
CREATE UNIQUE INDEX site_pkey ON public.site USING btree (site_id)
CREATE UNIQUE INDEX site_slug_key ON public.site USING btree (slug)
CREATE UNIQUE INDEX space_pkey ON public.space USING btree (space_id)
CREATE UNIQUE INDEX space_root ON public.space USING btree (site_id) WHERE (parent_id IS NULL)
CREATE UNIQUE INDEX space_site_id_slug_key ON public.space USING btree (site_id, slug)
CREATE UNIQUE INDEX target_pkey ON public.target USING btree (site_id)
CREATE UNIQUE INDEX unusual_time_pkey ON public.unusual_time USING btree (site_id, begins, ends)
CREATE UNIQUE INDEX usage_day_pkey ON public.usage_day USING btree (space_id, day)
CREATE UNIQUE INDEX visit_deduction_pkey ON public.visit_deduction USING btree (site_id, version, "position")
CREATE UNIQUE INDEX visit_definition_now ON public.visit_definition USING btree (site_id, from_day) WHERE (ended IS NULL)
CREATE UNIQUE INDEX visit_definition_pkey ON public.visit_definition USING btree (site_id, version)
CREATE UNIQUE INDEX voided_time_pkey ON public.voided_time USING btree (void_id)
CREATE UNIQUE INDEX weather_day_pkey ON public.weather_day USING btree (site_id, day)
account CHECK (((issuer IS NULL) <> (password IS NULL)))
account CHECK ((num_nonnulls(issuer, subject) = ANY (ARRAY[0, 2])))
account PRIMARY KEY (account_id)
account UNIQUE (issuer, subject)
account UNIQUE (name)
account.account_id integer NO 
account.blocked boolean NO false
account.created timestamp with time zone NO 
account.display text NO 
account.invited boolean NO false
account.issuer text YES 
account.name text NO 
account.password text YES 
account.signed_in timestamp with time zone YES 
account.subject text YES 
account.totp text YES 
account.totp_step bigint YES 
account_role CHECK ((role = ANY (ARRAY['viewer'::text, 'manager'::text, 'planner'::text, 'technician'::text, 'admin'::text])))
account_role FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
account_role FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
account_role UNIQUE NULLS NOT DISTINCT (account_id, role, site_id)
account_role.account_id integer NO 
account_role.role text NO 
account_role.site_id integer YES 
action CHECK ((asked_by = ANY (ARRAY['residents'::text, 'staff'::text, 'partners'::text, 'council'::text])))
action CHECK ((undone > done_since))
action FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
action PRIMARY KEY (action_id)
action UNIQUE (site_id, slug)
action.action_id integer NO 
action.answer_en text NO ''::text
action.answer_sv text NO ''::text
action.answered date YES 
action.asked date YES 
action.asked_by text NO 'residents'::text
action.done_since date YES 
action.invented boolean NO false
action.site_id integer NO 
action.slug text NO 
action.title_en text NO 
action.title_sv text NO 
action.undone date YES 
action.weekdays ARRAY NO '{}'::text[]
action_effect FOREIGN KEY (action_id) REFERENCES action(action_id) ON DELETE CASCADE
action_effect PRIMARY KEY (action_id)
action_effect.action_id integer NO 
action_effect.result json NO 
action_effect.until date NO 
action_log FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
action_log PRIMARY KEY (entry_id)
action_log.at timestamp with time zone NO now()
action_log.author text NO 
action_log.change text NO 
action_log.entry_id bigint NO 
action_log.site_id integer NO 
action_log.slug text NO 
action_space FOREIGN KEY (action_id) REFERENCES action(action_id) ON DELETE CASCADE
action_space FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
action_space PRIMARY KEY (action_id, space_id)
action_space.action_id integer NO 
action_space.space_id integer NO 
alert FOREIGN KEY (rule_id) REFERENCES alert_rule(rule_id) ON DELETE CASCADE
alert FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
alert PRIMARY KEY (alert_id)
alert UNIQUE (rule_id, subject, since)
alert.acknowledged timestamp with time zone YES 
alert.acknowledged_by text YES 
alert.alert_id bigint NO 
alert.raised timestamp with time zone NO 
alert.resolution_sent timestamp with time zone YES 
alert.resolved timestamp with time zone YES 
alert.rule_id integer NO 
alert.sent timestamp with time zone YES 
alert.since timestamp with time zone NO 
alert.site_id integer YES 
alert.subject text NO 
alert.value double precision YES 
alert_delivery PRIMARY KEY (delivery_id)
alert_delivery.alerts integer NO 
alert_delivery.at timestamp with time zone NO 
alert_delivery.delivery_id bigint NO 
alert_delivery.problem text YES 
alert_delivery.target text NO 
alert_mute FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
alert_mute PRIMARY KEY (mute_id)
alert_mute.author text NO 
alert_mute.ended timestamp with time zone YES 
alert_mute.ended_by text YES 
alert_mute.made timestamp with time zone NO 
alert_mute.mute_id integer NO 
alert_mute.reason text NO 
alert_mute.site_id integer YES 
alert_mute.subject text NO 
alert_mute.until timestamp with time zone NO 
alert_rule CHECK ((minutes >= 0))
alert_rule FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
alert_rule FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
alert_rule PRIMARY KEY (rule_id)
alert_rule.author text NO 
alert_rule.kind text NO 
alert_rule.made timestamp with time zone NO 
alert_rule.minutes integer NO 0
alert_rule.quiet_from time without time zone YES 
alert_rule.quiet_to time without time zone YES 
alert_rule.removed timestamp with time zone YES 
alert_rule.rule_id integer NO 
alert_rule.site_id integer YES 
alert_rule.space_id integer YES 
alert_rule.target text NO 
alert_rule.threshold double precision YES 
alert_target PRIMARY KEY (name)
alert_target.attempts integer NO 0
alert_target.name text NO 
alert_target.next_try timestamp with time zone NO '-infinity'::timestamp with time zone
alert_target.sending timestamp with time zone YES 
alert_target.trial boolean NO false
alert_target.url text NO 
announcement CHECK (((length(text) >= 1) AND (length(text) <= 200)))
announcement FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
announcement PRIMARY KEY (site_id)
announcement.author text NO 
announcement.made timestamp with time zone NO 
announcement.site_id integer NO 
announcement.text text NO 
announcement.until timestamp with time zone NO 
api_key CHECK ((role = ANY (ARRAY['viewer'::text, 'manager'::text, 'planner'::text, 'technician'::text, 'admin'::text])))
api_key FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
api_key PRIMARY KEY (key_id)
api_key UNIQUE (digest)
api_key.author text NO 
api_key.created timestamp with time zone NO 
api_key.digest bytea NO 
api_key.expires timestamp with time zone NO 
api_key.key_id integer NO 
api_key.name text NO 
api_key.revoked timestamp with time zone YES 
api_key.role text NO 
api_key.site_id integer YES 
api_key.used timestamp with time zone YES 
audit PRIMARY KEY (entry_id)
audit.action text NO 
audit.actor text NO 
audit.at timestamp with time zone NO now()
audit.detail jsonb NO '""'::jsonb
audit.entry_id bigint NO 
audit.site text NO ''::text
audit.subject text NO 
backfill PRIMARY KEY (digest)
backfill.digest text NO 
backfill.done_until date NO 
backfill.noted timestamp with time zone NO now()
backfill.sites ARRAY NO 
calibration CHECK (((decision = 'accepted'::text) = (valid IS NOT NULL)))
calibration CHECK (((decision = 'open'::text) = (decided IS NULL)))
calibration CHECK ((NOT isempty(valid)))
calibration CHECK ((decision = ANY (ARRAY['open'::text, 'accepted'::text, 'rejected'::text])))
calibration CHECK ((factor_in > (0)::double precision))
calibration CHECK ((factor_out > (0)::double precision))
calibration EXCLUDE USING gist (portal_id WITH =, valid WITH &&) WHERE (((decision = 'accepted'::text) AND (undone IS NULL)))
calibration FOREIGN KEY (portal_id) REFERENCES portal(portal_id) ON DELETE CASCADE
calibration PRIMARY KEY (calibration_id)
calibration.calibration_id integer NO 
calibration.channels ARRAY NO 
calibration.decided timestamp with time zone YES 
calibration.decided_by text YES 
calibration.decided_why text YES 
calibration.decision text NO 'open'::text
calibration.evidence json NO 
calibration.factor_in double precision NO 
calibration.factor_out double precision NO 
calibration.portal_id integer NO 
calibration.proposed timestamp with time zone NO 
calibration.proposed_by text NO 
calibration.undone timestamp with time zone YES 
calibration.undone_by text YES 
calibration.undone_why text YES 
calibration.valid tstzrange YES 
channel CHECK ((wraps >= 0))
channel FOREIGN KEY (device_id) REFERENCES device(device_id) ON DELETE CASCADE
channel PRIMARY KEY (channel_id)
channel UNIQUE (device_id, key)
channel.channel_id integer NO 
channel.device_id integer NO 
channel.expired timestamp with time zone YES 
channel.has_totals boolean NO false
channel.key text NO 
channel.last_received timestamp with time zone YES 
channel.last_time timestamp with time zone YES 
channel.usual_quarter double precision YES 
channel.wraps bigint NO 0
channel_counting.channel_id integer YES 
channel_counting.counting tstzmultirange YES 
channel_counting.place text YES 
channel_counting.portal_id integer YES 
channel_counting.space_id integer YES 
channel_counting.swapped boolean YES 
channel_counting:  SELECT l.channel_id,
    l.portal_id,
    l.space_id,
    l.swapped,
    COALESCE(('portal '::text || l.portal_id), ('space '::text || l.space_id)) AS place,
    (range_agg(l.valid) * COALESCE(p.used, z.used, '{(,)}'::tstzmultirange)) AS counting
   FROM ((placement l
     LEFT JOIN portal p ON ((p.portal_id = l.portal_id)))
     LEFT JOIN space z ON ((z.space_id = l.space_id)))
  WHERE (l.role = 'primary'::text)
  GROUP BY l.channel_id, l.portal_id, l.space_id, l.swapped, p.used, z.used;
closed_period CHECK (((ended IS NULL) = (ended_by IS NULL)))
closed_period CHECK ((author <> ''::text))
closed_period CHECK ((last >= first))
closed_period FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
closed_period PRIMARY KEY (period_id)
closed_period.author text NO 
closed_period.besok01 integer YES 
closed_period.closed timestamp with time zone NO 
closed_period.coverage double precision NO 
closed_period.days jsonb NO 
closed_period.ended timestamp with time zone YES 
closed_period.ended_by text YES 
closed_period.ended_why text YES 
closed_period.first date NO 
closed_period.gross double precision NO 
closed_period.last date NO 
closed_period.net double precision NO 
closed_period.period_id integer NO 
closed_period.reason text NO ''::text
closed_period.report jsonb YES 
closed_period.sensors jsonb NO 
closed_period.site_id integer NO 
closed_period.version text NO 
codec.added timestamp with time zone NO 
codec.added_by text NO 
codec.model text NO 
codec.sha256 text NO 
codec.source text NO 
codec.vendor text NO 
computed_result FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
computed_result PRIMARY KEY (site_id, what)
computed_result.rests_on ARRAY NO 
computed_result.result jsonb NO 
computed_result.site_id integer NO 
computed_result.until date NO 
computed_result.what text NO 
count_import CHECK ((counts = ANY (ARRAY['gross'::text, 'net'::text, 'passages'::text])))
count_import CHECK ((method = ANY (ARRAY['counter'::text, 'manual'::text])))
count_import CHECK ((source <> ''::text))
count_import FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
count_import PRIMARY KEY (import_id)
count_import.author text NO 
count_import.content text NO 
count_import.counts text NO 
count_import.digest text NO 
count_import.hours jsonb NO '{}'::jsonb
count_import.import_id integer NO 
count_import.layout text NO 
count_import.made timestamp with time zone NO 
count_import.method text NO 
count_import.name text NO 
count_import.site_id integer NO 
count_import.source text NO 
count_import.undone boolean NO false
count_import_log CHECK ((change = ANY (ARRAY['stored'::text, 'undone'::text, 'restored'::text])))
count_import_log FOREIGN KEY (import_id) REFERENCES count_import(import_id) ON DELETE CASCADE
count_import_log PRIMARY KEY (entry_id)
count_import_log.at timestamp with time zone NO 
count_import_log.author text NO 
count_import_log.change text NO 
count_import_log.entry_id bigint NO 
count_import_log.import_id integer NO 
device CHECK ((interval_s > 0))
device PRIMARY KEY (device_id)
device UNIQUE (source, external_id)
device.clock_flags smallint NO 0
device.clock_offset_s double precision YES 
device.device_id integer NO 
device.external_id text NO 
device.heard_model text NO ''::text
device.heard_on ARRAY NO '{}'::text[]
device.interval_s integer NO 60
device.last_received timestamp with time zone YES 
device.model text NO ''::text
device.online boolean YES 
device.online_changed timestamp with time zone YES 
device.registered timestamp with time zone YES 
device.source text NO 
device.topic text YES 
device.topics ARRAY NO '{}'::text[]
device_heard.device_id integer YES 
device_heard.heard timestamp with time zone YES 
device_heard:  SELECT device_id,
    GREATEST(last_received, ( SELECT max(c.last_received) AS max
           FROM channel c
          WHERE (c.device_id = d.device_id))) AS heard
   FROM device d;
device_mapping FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
device_mapping PRIMARY KEY (mapping_id)
device_mapping.author text NO 
device_mapping.ended timestamp with time zone YES 
device_mapping.made timestamp with time zone NO 
device_mapping.mapping_id integer NO 
device_mapping.replayed timestamp with time zone YES 
device_mapping.sensors jsonb NO '[]'::jsonb
device_mapping.since timestamp with time zone YES 
device_mapping.site_id integer YES 
device_mapping.spec json NO 
dirty_day FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
dirty_day PRIMARY KEY (site_id, day)
dirty_day.day date NO 
dirty_day.site_id integer NO 
event_effect FOREIGN KEY (event_id) REFERENCES programme_event(event_id) ON DELETE CASCADE
event_effect PRIMARY KEY (event_id)
event_effect.effect jsonb NO 
event_effect.event_id integer NO 
finding CHECK ((state = ANY (ARRAY['open'::text, 'acknowledged'::text, 'resolved'::text])))
finding FOREIGN KEY (channel_id) REFERENCES channel(channel_id) ON DELETE CASCADE
finding FOREIGN KEY (portal_id) REFERENCES portal(portal_id) ON DELETE CASCADE
finding FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
finding FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
finding PRIMARY KEY (finding_id)
finding.acknowledged timestamp with time zone YES 
finding.changed timestamp with time zone YES 
finding.channel_id integer YES 
finding.evidence jsonb NO '{}'::jsonb
finding.finding_id integer NO 
finding.found timestamp with time zone NO 
finding.kind text NO 
finding.note text NO ''::text
finding.odds double precision NO 
finding.portal_id integer YES 
finding.resolved timestamp with time zone YES 
finding.seen timestamp with time zone NO 
finding.since timestamp with time zone NO 
finding.site_id integer NO 
finding.space_id integer YES 
finding.state text NO 'open'::text
finding.who text NO ''::text
finding_history CHECK ((event = ANY (ARRAY['found'::text, 'acknowledged'::text, 'changed'::text, 'resolved'::text])))
finding_history FOREIGN KEY (finding_id) REFERENCES finding(finding_id) ON DELETE CASCADE
finding_history PRIMARY KEY (line)
finding_history.event text NO 
finding_history.finding_id integer NO 
finding_history.line bigint NO 
finding_history.note text NO ''::text
finding_history.time timestamp with time zone NO 
finding_history.who text NO ''::text
flow_bucket PRIMARY KEY (channel_id, bucket)
flow_bucket.bucket timestamp with time zone NO 
flow_bucket.channel_id integer NO 
flow_bucket.covered_s real NO 
flow_bucket.imputed double precision NO 
flow_bucket.people_in double precision NO 
flow_bucket.people_out double precision NO 
flow_bucket.simulated boolean NO false
flow_day FOREIGN KEY (portal_id) REFERENCES portal(portal_id) ON DELETE CASCADE
flow_day FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
flow_day PRIMARY KEY (site_id, portal_id, day)
flow_day.corrected_in double precision NO 0
flow_day.corrected_out double precision NO 0
flow_day.covered_s double precision NO 
flow_day.day date NO 
flow_day.imputed double precision NO 
flow_day.people_in double precision NO 
flow_day.people_out double precision NO 
flow_day.portal_id integer NO 
flow_day.site_id integer NO 
flow_day_filled.corrected_in double precision YES 
flow_day_filled.corrected_out double precision YES 
flow_day_filled.covered_s double precision YES 
flow_day_filled.day date YES 
flow_day_filled.gap_variance double precision YES 
flow_day_filled.imputed double precision YES 
flow_day_filled.people_in double precision YES 
flow_day_filled.people_out double precision YES 
flow_day_filled.portal_id integer YES 
flow_day_filled.site_id integer YES 
flow_day_filled:  SELECT flow_day.site_id,
    flow_day.portal_id,
    flow_day.day,
    flow_day.people_in,
    flow_day.people_out,
    flow_day.covered_s,
    flow_day.imputed,
    flow_day.corrected_in,
    flow_day.corrected_out,
    (0)::double precision AS gap_variance
   FROM flow_day
UNION ALL
 SELECT sp.site_id,
    i.portal_id,
    (((i.bucket AT TIME ZONE s.timezone) - (s.day_start)::interval))::date AS day,
    sum(i.people_in) AS people_in,
    sum(i.people_out) AS people_out,
    0 AS covered_s,
    sum((i.people_in + i.people_out)) AS imputed,
    sum(i.corrected_in) AS corrected_in,
    sum(i.corrected_out) AS corrected_out,
    sum((i.spread ^ (2)::double precision)) AS gap_variance
   FROM ((portal_imputed i
     JOIN site_portal sp USING (portal_id))
     JOIN site s ON ((s.site_id = sp.site_id)))
  GROUP BY sp.site_id, i.portal_id, ((((i.bucket AT TIME ZONE s.timezone) - (s.day_start)::interval))::date);
forecast CHECK (((odds >= (0)::double precision) AND (odds <= (1)::double precision)))
forecast CHECK ((measure = ANY (ARRAY['gross'::text, 'net'::text])))
forecast FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
forecast PRIMARY KEY (forecast_id)
forecast UNIQUE (site_id, origin, measure, also)
forecast.afterwards boolean NO false
forecast.also ARRAY NO '{}'::text[]
forecast.deadline date YES 
forecast.even_from date YES 
forecast.expected_growth double precision YES 
forecast.forecast_id bigint NO 
forecast.goal double precision YES 
forecast.likely_from date YES 
forecast.made timestamp with time zone NO 
forecast.measure text NO 
forecast.model text NO 
forecast.needed_growth double precision YES 
forecast.odds double precision YES 
forecast.origin date NO 
forecast.reached date YES 
forecast.reached_high date YES 
forecast.reached_low date YES 
forecast.site_id integer NO 
forecast_point CHECK ((kind = ANY (ARRAY['day'::text, 'year'::text])))
forecast_point FOREIGN KEY (forecast_id) REFERENCES forecast(forecast_id) ON DELETE CASCADE
forecast_point PRIMARY KEY (forecast_id, kind, day)
forecast_point.day date NO 
forecast_point.forecast_id bigint NO 
forecast_point.high80 double precision NO 
forecast_point.high95 double precision NO 
forecast_point.kind text NO 
forecast_point.low80 double precision NO 
forecast_point.low95 double precision NO 
forecast_point.mean double precision NO 
forecast_total CHECK ((last_day >= first_day))
forecast_total FOREIGN KEY (forecast_id) REFERENCES forecast(forecast_id) ON DELETE CASCADE
forecast_total PRIMARY KEY (forecast_id, first_day, last_day)
forecast_total.first_day date NO 
forecast_total.forecast_id bigint NO 
forecast_total.high80 double precision NO 
forecast_total.high95 double precision NO 
forecast_total.last_day date NO 
forecast_total.low80 double precision NO 
forecast_total.low95 double precision NO 
forecast_total.mean double precision NO 
headcount CHECK (((undone IS NULL) = (undone_by IS NULL)))
headcount CHECK ((counted_by <> ''::text))
headcount CHECK ((people >= 0))
headcount CHECK ((seats_taken >= 0))
headcount FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
headcount PRIMARY KEY (headcount_id)
headcount.clock_ahead_s double precision NO 0
headcount.counted_by text NO 
headcount.digest bytea NO 
headcount.entered_at timestamp with time zone NO 
headcount.estimate real YES 
headcount.estimate_lower real YES 
headcount.estimate_upper real YES 
headcount.headcount_id uuid NO 
headcount.people integer NO 
headcount.seats_taken integer YES 
headcount.shown real YES 
headcount.space_id integer NO 
headcount.time timestamp with time zone NO 
headcount.undone timestamp with time zone YES 
headcount.undone_by text YES 
headcount.undone_why text YES 
imputed_flow FOREIGN KEY (channel_id) REFERENCES channel(channel_id) ON DELETE CASCADE
imputed_flow PRIMARY KEY (channel_id, bucket)
imputed_flow.bucket timestamp with time zone NO 
imputed_flow.channel_id integer NO 
imputed_flow.covered_s real NO 
imputed_flow.people_in double precision NO 
imputed_flow.people_out double precision NO 
imputed_flow.spread double precision NO 
installation CHECK (only_row)
installation PRIMARY KEY (only_row)
installation.key bytea NO decode(replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text), 'hex'::text)
installation.only_row boolean NO true
job_run CHECK (((ended IS NULL) = (outcome IS NULL)))
job_run CHECK ((outcome = ANY (ARRAY['done'::text, 'failed'::text, 'timed_out'::text, 'interrupted'::text])))
job_run PRIMARY KEY (run_id)
job_run.duty text NO 
job_run.ended timestamp with time zone YES 
job_run.message text NO ''::text
job_run.outcome text YES 
job_run.run_id bigint NO 
job_run.started timestamp with time zone NO 
level_bucket PRIMARY KEY (channel_id, metric, bucket)
level_bucket.bucket timestamp with time zone NO 
level_bucket.channel_id integer NO 
level_bucket.high double precision NO 
level_bucket.last double precision NO 
level_bucket.low double precision NO 
level_bucket.mean double precision NO 
level_bucket.metric smallint NO 
level_bucket.samples integer NO 
level_bucket.simulated boolean NO false
looked FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
looked PRIMARY KEY (site_id, what)
looked.site_id integer NO 
looked.until date NO 
looked.what text NO 
made_anew CHECK (only_row)
made_anew PRIMARY KEY (only_row)
made_anew.digest text NO 
made_anew.only_row boolean NO true
made_anew.ran timestamp with time zone NO now()
made_anew.version integer NO 
manual_count CHECK ((counted_by <> ''::text))
manual_count CHECK ((ends > begins))
manual_count FOREIGN KEY (portal_id) REFERENCES portal(portal_id) ON DELETE CASCADE
manual_count PRIMARY KEY (count_id)
manual_count.begins timestamp with time zone NO 
manual_count.clock_ahead_s double precision NO 
manual_count.count_id uuid NO 
manual_count.counted_by text NO 
manual_count.digest bytea NO 
manual_count.discarded timestamp with time zone YES 
manual_count.discarded_by text YES 
manual_count.discarded_why text YES 
manual_count.ends timestamp with time zone NO 
manual_count.note text NO ''::text
manual_count.portal_id integer NO 
manual_count.received timestamp with time zone NO 
manual_tap CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
manual_tap CHECK ((people > 0))
manual_tap FOREIGN KEY (count_id) REFERENCES manual_count(count_id) ON DELETE CASCADE
manual_tap PRIMARY KEY (count_id, "position")
manual_tap.count_id uuid NO 
manual_tap.direction text NO 
manual_tap.people integer NO 
manual_tap.position integer NO 
manual_tap.time timestamp with time zone NO 
manual_tap.undone boolean NO 
mapping FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
mapping PRIMARY KEY (site_id, "position")
mapping.position integer NO 
mapping.site_id integer NO 
mapping.spec json NO 
metric PRIMARY KEY (code)
metric UNIQUE (name)
metric.code smallint NO 
metric.name text NO 
metric.unit text NO 
migration PRIMARY KEY (name)
migration.digest text NO 
migration.name text NO 
migration.ran timestamp with time zone NO now()
occupancy_bucket PRIMARY KEY (space_id, bucket)
occupancy_bucket.basis text YES 
occupancy_bucket.bucket timestamp with time zone NO 
occupancy_bucket.final boolean NO false
occupancy_bucket.lower real YES 
occupancy_bucket.peak real YES 
occupancy_bucket.peak_lower real YES 
occupancy_bucket.peak_upper real YES 
occupancy_bucket.people real YES 
occupancy_bucket.raw real YES 
occupancy_bucket.reason text YES 
occupancy_bucket.space_id integer NO 
occupancy_bucket.upper real YES 
occupancy_learnt FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
occupancy_learnt PRIMARY KEY (site_id, day)
occupancy_learnt.building text NO 
occupancy_learnt.day date NO 
occupancy_learnt.learnt json NO 
occupancy_learnt.site_id integer NO 
occupancy_learnt.stale boolean NO false
occupancy_minute PRIMARY KEY (space_id, "time")
occupancy_minute.basis text YES 
occupancy_minute.final boolean NO false
occupancy_minute.lower real YES 
occupancy_minute.people real YES 
occupancy_minute.raw real YES 
occupancy_minute.reason text YES 
occupancy_minute.space_id integer NO 
occupancy_minute.time timestamp with time zone NO 
occupancy_minute.upper real YES 
open_occupancy_15min.final boolean YES 
open_occupancy_15min.peak double precision YES 
open_occupancy_15min.people double precision YES 
open_occupancy_15min.people_lower double precision YES 
open_occupancy_15min.people_upper double precision YES 
open_occupancy_15min.site text YES 
open_occupancy_15min.space text YES 
open_occupancy_15min.start timestamp with time zone YES 
open_occupancy_15min:  SELECT s.slug AS site,
    z.slug AS space,
    b.bucket AS start,
    (b.people)::double precision AS people,
    (b.lower)::double precision AS people_lower,
    (b.upper)::double precision AS people_upper,
    (b.peak)::double precision AS peak,
    b.final
   FROM ((occupancy_bucket b
     JOIN space z USING (space_id))
     JOIN site s USING (site_id));
open_passages_15min.entries double precision YES 
open_passages_15min.exits double precision YES 
open_passages_15min.imputed double precision YES 
open_passages_15min.portal text YES 
open_passages_15min.site text YES 
open_passages_15min.start timestamp with time zone YES 
open_passages_15min.watched_s double precision YES 
open_passages_15min:  SELECT s.slug AS site,
    p.slug AS portal,
    f.bucket AS start,
    sum(f.people_in) AS entries,
    sum(f.people_out) AS exits,
    sum(f.imputed) AS imputed,
    (sum(f.covered_s))::double precision AS watched_s
   FROM ((portal_people f
     JOIN portal p USING (portal_id))
     JOIN site s USING (site_id))
  GROUP BY s.slug, p.slug, f.bucket;
open_portal.inner_space text YES 
open_portal.name_en text YES 
open_portal.name_sv text YES 
open_portal.outer_space text YES 
open_portal.perimeter boolean YES 
open_portal.portal text YES 
open_portal.site text YES 
open_portal:  SELECT s.slug AS site,
    p.slug AS portal,
    p.name_sv,
    p.name_en,
    o.slug AS outer_space,
    i.slug AS inner_space,
    COALESCE(sp.perimeter, false) AS perimeter
   FROM ((((portal p
     JOIN site s USING (site_id))
     LEFT JOIN space o ON ((o.space_id = p.outer_id)))
     LEFT JOIN space i ON ((i.space_id = p.inner_id)))
     LEFT JOIN site_portal sp ON (((sp.portal_id = p.portal_id) AND (sp.site_id = p.site_id))))
  WHERE upper_inf(p.valid);
open_site.capacity integer YES 
open_site.kind text YES 
open_site.name_en text YES 
open_site.name_sv text YES 
open_site.simulated boolean YES 
open_site.site text YES 
open_site.timezone text YES 
open_site:  SELECT slug AS site,
    kind,
    name_sv,
    name_en,
    timezone,
    capacity,
    sandbox AS simulated
   FROM site;
open_space.area_m2 double precision YES 
open_space.capacity integer YES 
open_space.kind text YES 
open_space.name_en text YES 
open_space.name_sv text YES 
open_space.parent text YES 
open_space.seats integer YES 
open_space.site text YES 
open_space.space text YES 
open_space.storey integer YES 
open_space:  SELECT s.slug AS site,
    z.slug AS space,
    p.slug AS parent,
    z.name_sv,
    z.name_en,
    z.kind,
    z.storey,
    z.capacity,
    z.seats,
    z.area_m2
   FROM ((space z
     JOIN site s USING (site_id))
     LEFT JOIN space p ON ((p.space_id = z.parent_id)))
  WHERE upper_inf(z.valid);
open_target.baseline_first date YES 
open_target.baseline_last date YES 
open_target.deadline date YES 
open_target.factor double precision YES 
open_target.measure text YES 
open_target.site text YES 
open_target:  SELECT s.slug AS site,
    t.baseline_first,
    t.baseline_last,
    t.deadline,
    t.factor,
    t.measure
   FROM (target t
     JOIN site s USING (site_id));
open_visits_day.day date YES 
open_visits_day.site text YES 
open_visits_day.visits_corrected double precision YES 
open_visits_day.visits_gross double precision YES 
open_visits_day.visits_imputed double precision YES 
open_visits_day.visits_net double precision YES 
open_visits_day.watched_s double precision YES 
open_visits_day:  SELECT s.slug AS site,
    v.day,
    v.gross AS visits_gross,
    v.net AS visits_net,
    v.imputed AS visits_imputed,
    v.corrected AS visits_corrected,
    v.covered_s AS watched_s
   FROM (visit_day v
     JOIN site s USING (site_id));
period_count CHECK (((hour IS NULL) OR (((hour >= 0) AND (hour <= 23)) AND (first_day = last_day))))
period_count CHECK (((visits >= (0)::double precision) AND (visits < 'Infinity'::double precision)))
period_count CHECK ((last_day >= first_day))
period_count FOREIGN KEY (import_id) REFERENCES count_import(import_id) ON DELETE CASCADE
period_count FOREIGN KEY (portal_id) REFERENCES portal(portal_id) ON DELETE CASCADE
period_count.first_day date NO 
period_count.hour smallint YES 
period_count.import_id integer NO 
period_count.last_day date NO 
period_count.portal_id integer YES 
period_count.series text NO 
period_count.visits double precision NO 
personal_column.expires text YES 
personal_column.field text YES 
personal_column.holds text YES 
personal_column.link text YES 
personal_column.relation text YES 
personal_column:  SELECT relation,
    field,
    holds,
    expires,
    link
   FROM ( VALUES ('account'::text,'display'::text,'name'::text,NULL::text,NULL::text), ('account'::text,'name'::text,'name'::text,NULL::text,NULL::text), ('account'::text,'subject'::text,'name'::text,NULL::text,NULL::text), ('action'::text,'answer_en'::text,'note'::text,NULL::text,'site_id'::text), ('action'::text,'answer_sv'::text,'note'::text,NULL::text,'site_id'::text), ('action'::text,'title_en'::text,'note'::text,NULL::text,'site_id'::text), ('action'::text,'title_sv'::text,'note'::text,NULL::text,'site_id'::text), ('action_effect'::text,'result'::text,'record'::text,NULL::text,'action_id'::text), ('action_log'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('action_log'::text,'change'::text,'note'::text,NULL::text,'site_id'::text), ('alert'::text,'acknowledged_by'::text,'author'::text,NULL::text,'site_id'::text), ('alert_delivery'::text,'problem'::text,'note'::text,NULL::text,NULL::text), ('alert_delivery'::text,'target'::text,'target'::text,NULL::text,NULL::text), ('alert_mute'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('alert_mute'::text,'ended_by'::text,'author'::text,NULL::text,'site_id'::text), ('alert_mute'::text,'reason'::text,'note'::text,NULL::text,'site_id'::text), ('alert_rule'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('alert_rule'::text,'target'::text,'target'::text,NULL::text,'site_id'::text), ('alert_target'::text,'name'::text,'name'::text,NULL::text,NULL::text), ('alert_target'::text,'url'::text,'name'::text,NULL::text,NULL::text), ('announcement'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('announcement'::text,'text'::text,'note'::text,NULL::text,'site_id'::text), ('api_key'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('api_key'::text,'name'::text,'name'::text,NULL::text,'site_id'::text), ('audit'::text,'actor'::text,'author'::text,NULL::text,'site'::text), ('audit'::text,'detail'::text,'record'::text,NULL::text,'site'::text), ('audit'::text,'subject'::text,'note'::text,NULL::text,'site'::text), ('calibration'::text,'decided_by'::text,'author'::text,NULL::text,'portal_id'::text), ('calibration'::text,'decided_why'::text,'note'::text,NULL::text,'portal_id'::text), ('calibration'::text,'evidence'::text,'record'::text,NULL::text,'portal_id'::text), ('calibration'::text,'proposed_by'::text,'author'::text,NULL::text,'portal_id'::text), ('calibration'::text,'undone_by'::text,'author'::text,NULL::text,'portal_id'::text), ('calibration'::text,'undone_why'::text,'note'::text,NULL::text,'portal_id'::text), ('channel'::text,'key'::text,'name'::text,NULL::text,'device_id'::text), ('closed_period'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('closed_period'::text,'ended_by'::text,'author'::text,NULL::text,'site_id'::text), ('closed_period'::text,'ended_why'::text,'note'::text,NULL::text,'site_id'::text), ('closed_period'::text,'reason'::text,'note'::text,NULL::text,'site_id'::text), ('closed_period'::text,'report'::text,'record'::text,NULL::text,'site_id'::text), ('codec'::text,'added_by'::text,'author'::text,NULL::text,NULL::text), ('computed_result'::text,'result'::text,'record'::text,NULL::text,'site_id'::text), ('count_import'::text,'author'::text,'author'::text,'made'::text,'site_id'::text), ('count_import'::text,'name'::text,'note'::text,NULL::text,'site_id'::text), ('count_import'::text,'source'::text,'name'::text,NULL::text,'site_id'::text), ('count_import_log'::text,'author'::text,'author'::text,'at'::text,'import_id'::text), ('device'::text,'external_id'::text,'name'::text,NULL::text,'device_id'::text), ('device'::text,'heard_model'::text,'name'::text,NULL::text,'device_id'::text), ('device'::text,'heard_on'::text,'name'::text,NULL::text,'device_id'::text), ('device'::text,'topic'::text,'name'::text,NULL::text,'device_id'::text), ('device'::text,'topics'::text,'name'::text,NULL::text,'device_id'::text), ('device_mapping'::text,'author'::text,'author'::text,NULL::text,'site_id'::text), ('device_mapping'::text,'spec'::text,'name'::text,NULL::text,'site_id'::text), ('event_effect'::text,'effect'::text,'record'::text,NULL::text,'event_id'::text), ('finding'::text,'note'::text,'note'::text,NULL::text,'site_id'::text), ('finding'::text,'who'::text,'author'::text,NULL::text,'site_id'::text), ('finding_history'::text,'note'::text,'note'::text,NULL::text,'finding_id'::text), ('finding_history'::text,'who'::text,'author'::text,NULL::text,'finding_id'::text), ('headcount'::text,'counted_by'::text,'author'::text,'entered_at'::text,'space_id'::text), ('headcount'::text,'undone_by'::text,'author'::text,'undone'::text,'space_id'::text), ('headcount'::text,'undone_why'::text,'note'::text,NULL::text,'space_id'::text), ('job_run'::text,'message'::text,'note'::text,NULL::text,NULL::text), ('manual_count'::text,'counted_by'::text,'author'::text,'received'::text,'portal_id'::text), ('manual_count'::text,'discarded_by'::text,'author'::text,'discarded'::text,'portal_id'::text), ('manual_count'::text,'discarded_why'::text,'note'::text,NULL::text,'portal_id'::text), ('manual_count'::text,'note'::text,'note'::text,NULL::text,'portal_id'::text), ('mapping'::text,'spec'::text,'name'::text,NULL::text,'site_id'::text), ('period_count'::text,'series'::text,'name'::text,NULL::text,'import_id'::text), ('programme_event'::text,'title'::text,'note'::text,NULL::text,'site_id'::text), ('quarantine_decision'::text,'author'::text,'author'::text,NULL::text,'decision_id'::text), ('quarantine_decision'::text,'reason'::text,'note'::text,NULL::text,'decision_id'::text), ('quarantine_decision'::text,'undone_by'::text,'author'::text,NULL::text,'decision_id'::text), ('receive_token'::text,'devices'::text,'name'::text,NULL::text,NULL::text), ('receive_token'::text,'name'::text,'name'::text,NULL::text,NULL::text), ('rejected'::text,'payload'::text,'message'::text,NULL::text,NULL::text), ('rejected'::text,'reason'::text,'message'::text,NULL::text,NULL::text), ('rejected'::text,'topic'::text,'message'::text,NULL::text,NULL::text), ('scenario_run'::text,'author'::text,'author'::text,'asked'::text,'site_id'::text), ('scenario_run'::text,'result'::text,'record'::text,NULL::text,'site_id'::text), ('scenario_run'::text,'spec'::text,'record'::text,NULL::text,'site_id'::text), ('site'::text,'opening'::text,'name'::text,NULL::text,'site_id'::text), ('site_edited'::text,'before'::text,'note'::text,NULL::text,'site_id'::text), ('space'::text,'closed'::text,'name'::text,NULL::text,'site_id'::text), ('target'::text,'baseline_source'::text,'note'::text,NULL::text,'site_id'::text), ('voided_time'::text,'author'::text,'author'::text,NULL::text,'device_id'::text), ('voided_time'::text,'reason'::text,'note'::text,NULL::text,'device_id'::text), ('voided_time'::text,'undone_by'::text,'author'::text,NULL::text,'device_id'::text), ('voided_time'::text,'undone_why'::text,'note'::text,NULL::text,'device_id'::text)) c(relation, field, holds, expires, link);
placement CHECK ((NOT isempty(valid)))
placement CHECK ((cardinality(at) = 2))
placement CHECK ((num_nonnulls(portal_id, space_id) = 1))
placement CHECK ((role = ANY (ARRAY['primary'::text, 'reference'::text])))
placement EXCLUDE USING gist (channel_id WITH =, valid WITH &&)
placement FOREIGN KEY (channel_id) REFERENCES channel(channel_id) ON DELETE CASCADE
placement FOREIGN KEY (portal_id) REFERENCES portal(portal_id) ON DELETE CASCADE
placement FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
placement PRIMARY KEY (placement_id)
placement.at ARRAY YES 
placement.channel_id integer NO 
placement.placement_id integer NO 
placement.portal_id integer YES 
placement.role text NO 'primary'::text
placement.sandbox boolean NO false
placement.space_id integer YES 
placement.swapped boolean NO false
placement.valid tstzrange NO tstzrange(NULL::timestamp with time zone, NULL::timestamp with time zone)
placement_now.at ARRAY YES 
placement_now.channel_id integer YES 
placement_now.placement_id integer YES 
placement_now.portal_id integer YES 
placement_now.role text YES 
placement_now.sandbox boolean YES 
placement_now.space_id integer YES 
placement_now.swapped boolean YES 
placement_now.valid tstzrange YES 
placement_now:  SELECT DISTINCT ON (channel_id) placement_id,
    channel_id,
    portal_id,
    space_id,
    swapped,
    role,
    valid,
    sandbox,
    at
   FROM placement
  WHERE COALESCE((upper(valid) > now()), true)
  ORDER BY channel_id, (lower(valid)) NULLS FIRST;
plan_picture CHECK ((media = ANY (ARRAY['image/svg+xml'::text, 'image/png'::text, 'image/jpeg'::text])))
plan_picture FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
plan_picture PRIMARY KEY (space_id)
plan_picture.content bytea NO 
plan_picture.digest text NO 
plan_picture.media text NO 
plan_picture.space_id integer NO 
portal CHECK ((cardinality(at) = 2))
portal CHECK ((outer_id IS DISTINCT FROM inner_id))
portal CHECK ((width_m > (0)::double precision))
portal FOREIGN KEY (inner_id) REFERENCES space(space_id) ON DELETE CASCADE
portal FOREIGN KEY (outer_id) REFERENCES space(space_id) ON DELETE CASCADE
portal FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
portal PRIMARY KEY (portal_id)
portal UNIQUE (site_id, slug)
portal.at ARRAY YES 
portal.counted boolean NO true
portal.first date YES 
portal.inner_id integer YES 
portal.last date YES 
portal.name_en text NO 
portal.name_sv text NO 
portal.outer_id integer YES 
portal.portal_id integer NO 
portal.site_id integer NO 
portal.slug text NO 
portal.sort integer NO 0
portal.used tstzmultirange YES 
portal.valid tstzrange NO tstzrange(NULL::timestamp with time zone, NULL::timestamp with time zone)
portal.width_m double precision YES 
portal_counting.counting tstzmultirange YES 
portal_counting.portal_id integer YES 
portal_counting:  SELECT portal_id,
    (COALESCE(used, '{(,)}'::tstzmultirange) *
        CASE
            WHEN counted THEN '{(,)}'::tstzmultirange
            ELSE COALESCE(( SELECT tstzmultirange(tstzrange(NULL::timestamp with time zone, upper(l.valid))) AS tstzmultirange
               FROM placement l
              WHERE ((l.portal_id = p.portal_id) AND (l.role = 'primary'::text))
              ORDER BY (upper(l.valid)) DESC
             LIMIT 1), '{}'::tstzmultirange)
        END) AS counting
   FROM portal p;
portal_flow.bucket timestamp with time zone YES 
portal_flow.channel_id integer YES 
portal_flow.covered_s real YES 
portal_flow.imputed double precision YES 
portal_flow.people_in double precision YES 
portal_flow.people_out double precision YES 
portal_flow.portal_id integer YES 
portal_flow:  SELECT p.portal_id,
    b.channel_id,
    b.bucket,
        CASE
            WHEN p.swapped THEN b.people_out
            ELSE b.people_in
        END AS people_in,
        CASE
            WHEN p.swapped THEN b.people_in
            ELSE b.people_out
        END AS people_out,
    b.covered_s,
    b.imputed
   FROM ((placement p
     JOIN portal d ON ((d.portal_id = p.portal_id)))
     JOIN flow_bucket b ON (((b.channel_id = p.channel_id) AND holds_at(p.valid, b.bucket))))
  WHERE ((p.role = 'primary'::text) AND (b.simulated <= p.sandbox) AND ((d.used IS NULL) OR (d.used @> b.bucket)));
portal_imputed.bucket timestamp with time zone YES 
portal_imputed.channel_id integer YES 
portal_imputed.corrected_in double precision YES 
portal_imputed.corrected_out double precision YES 
portal_imputed.people_in double precision YES 
portal_imputed.people_out double precision YES 
portal_imputed.portal_id integer YES 
portal_imputed.spread double precision YES 
portal_imputed:  SELECT p.portal_id,
    i.channel_id,
    i.bucket,
    (e.people_in + c.corrected_in) AS people_in,
    (e.people_out + c.corrected_out) AS people_out,
    c.corrected_in,
    c.corrected_out,
    i.spread
   FROM ((((((imputed_flow i
     JOIN placement p ON (((p.channel_id = i.channel_id) AND holds_at(p.valid, i.bucket) AND (p.role = 'primary'::text))))
     JOIN portal d ON (((d.portal_id = p.portal_id) AND ((d.used IS NULL) OR (d.used @> i.bucket)))))
     LEFT JOIN flow_bucket b ON (((b.channel_id = i.channel_id) AND (b.bucket = i.bucket))))
     LEFT JOIN calibration k ON (((k.portal_id = p.portal_id) AND (k.decision = 'accepted'::text) AND (k.undone IS NULL) AND (k.valid @> i.bucket) AND (i.channel_id = ANY (k.channels)))))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN p.swapped THEN i.people_out
                    ELSE i.people_in
                END AS people_in,
                CASE
                    WHEN p.swapped THEN i.people_in
                    ELSE i.people_out
                END AS people_out) e)
     CROSS JOIN LATERAL ( SELECT COALESCE((e.people_in * (k.factor_in - (1)::double precision)), (0)::double precision) AS corrected_in,
            COALESCE((e.people_out * (k.factor_out - (1)::double precision)), (0)::double precision) AS corrected_out) c)
  WHERE ((COALESCE(b.covered_s, (0)::real) <= (i.covered_s + (1)::double precision)) AND (COALESCE(b.imputed, (0)::double precision) = (0)::double precision));
portal_people.bucket timestamp with time zone YES 
portal_people.channel_id integer YES 
portal_people.corrected_in double precision YES 
portal_people.corrected_out double precision YES 
portal_people.covered_s real YES 
portal_people.imputed double precision YES 
portal_people.people_in double precision YES 
portal_people.people_out double precision YES 
portal_people.portal_id integer YES 
portal_people:  SELECT f.portal_id,
    f.channel_id,
    f.bucket,
    (f.people_in + c.corrected_in) AS people_in,
    (f.people_out + c.corrected_out) AS people_out,
    f.covered_s,
    f.imputed,
    c.corrected_in,
    c.corrected_out
   FROM ((portal_flow f
     LEFT JOIN calibration k ON (((k.portal_id = f.portal_id) AND (k.decision = 'accepted'::text) AND (k.undone IS NULL) AND (k.valid @> f.bucket) AND (f.channel_id = ANY (k.channels)))))
     CROSS JOIN LATERAL ( SELECT COALESCE((f.people_in * (k.factor_in - (1)::double precision)), (0)::double precision) AS corrected_in,
            COALESCE((f.people_out * (k.factor_out - (1)::double precision)), (0)::double precision) AS corrected_out) c);
programme_event FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
programme_event FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
programme_event PRIMARY KEY (event_id)
programme_event UNIQUE (site_id, calendar, uid, during)
programme_event.all_day boolean NO false
programme_event.calendar text NO ''::text
programme_event.during tstzrange NO 
programme_event.event_id integer NO 
programme_event.imported timestamp with time zone NO now()
programme_event.site_id integer NO 
programme_event.space_id integer YES 
programme_event.title text NO 
programme_event.uid text NO 
quality_check FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
quality_check PRIMARY KEY (site_id)
quality_check.checked timestamp with time zone NO 
quality_check.site_id integer NO 
quarantine FOREIGN KEY (channel_id) REFERENCES channel(channel_id) ON DELETE CASCADE
quarantine FOREIGN KEY (decision_id) REFERENCES quarantine_decision(decision_id)
quarantine PRIMARY KEY (quarantine_id)
quarantine.cause text NO 
quarantine.channel_id integer NO 
quarantine.decision_id integer YES 
quarantine.flags smallint NO 
quarantine.metric smallint NO 
quarantine.period_s real NO 
quarantine.quarantine_id bigint NO 
quarantine.received timestamp with time zone NO 
quarantine.replaced jsonb YES 
quarantine.time timestamp with time zone NO 
quarantine.value double precision NO 
quarantine.wraps bigint NO 
quarantine_decision CHECK ((decision = ANY (ARRAY['released'::text, 'dropped'::text])))
quarantine_decision PRIMARY KEY (decision_id)
quarantine_decision.author text NO 
quarantine_decision.decision text NO 
quarantine_decision.decision_id integer NO 
quarantine_decision.device text NO 
quarantine_decision.made timestamp with time zone NO 
quarantine_decision.readings integer NO 
quarantine_decision.reason text NO ''::text
quarantine_decision.undone timestamp with time zone YES 
quarantine_decision.undone_by text YES 
reading PRIMARY KEY (channel_id, metric, "time")
reading.channel_id integer NO 
reading.flags smallint NO 0
reading.metric smallint NO 
reading.period_s real NO 0
reading.received timestamp with time zone NO 
reading.time timestamp with time zone NO 
reading.value double precision NO 
receive_token PRIMARY KEY (name)
receive_token UNIQUE (digest)
receive_token.created timestamp with time zone NO 
receive_token.devices ARRAY NO 
receive_token.digest bytea NO 
receive_token.name text NO 
rejected PRIMARY KEY (rejected_id)
rejected.kind text NO 'unreadable'::text
rejected.payload bytea NO 
rejected.reason text NO 
rejected.received timestamp with time zone NO 
rejected.redacted boolean NO false
rejected.rejected_id bigint NO 
rejected.resolved timestamp with time zone YES 
rejected.retained boolean NO 
rejected.topic text NO 
scenario_run CHECK (((ended IS NULL) = (state = ANY (ARRAY['queued'::text, 'running'::text]))))
scenario_run CHECK (((play_from IS NULL) = (play_until IS NULL)))
scenario_run CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
scenario_run FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
scenario_run PRIMARY KEY (number)
scenario_run.asked timestamp with time zone NO 
scenario_run.attempt integer NO 0
scenario_run.author text NO 
scenario_run.done integer NO 0
scenario_run.ended timestamp with time zone YES 
scenario_run.number integer NO 
scenario_run.play_from timestamp with time zone YES 
scenario_run.play_until timestamp with time zone YES 
scenario_run.reason text NO ''::text
scenario_run.result jsonb YES 
scenario_run.site_id integer NO 
scenario_run.spec jsonb NO 
scenario_run.started timestamp with time zone YES 
scenario_run.state text NO 'queued'::text
scenario_run.total integer NO 0
school_holiday CHECK ((last >= first))
school_holiday FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
school_holiday PRIMARY KEY (site_id, calendar, first, last)
school_holiday.calendar text NO 
school_holiday.first date NO 
school_holiday.last date NO 
school_holiday.name text NO 
school_holiday.site_id integer NO 
seen PRIMARY KEY (scope, mark, digest)
seen.digest bytea NO 
seen.forget timestamp with time zone NO 
seen.mark text NO 
seen.received timestamp with time zone NO 
seen.scope text NO 
service PRIMARY KEY (name)
service.detail jsonb NO '{}'::jsonb
service.heard timestamp with time zone NO 
service.name text NO 
session CHECK ((num_nonnulls(account_id, key_id) = 1))
session FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
session FOREIGN KEY (key_id) REFERENCES api_key(key_id) ON DELETE CASCADE
session PRIMARY KEY (session_id)
session UNIQUE (digest)
session UNIQUE (previous)
session.account_id integer YES 
session.digest bytea NO 
session.expires timestamp with time zone NO 
session.key_id integer YES 
session.opened timestamp with time zone NO 
session.previous bytea YES 
session.provider_session text YES 
session.rotated timestamp with time zone NO 
session.session_id bigint NO 
sign_in_failure PRIMARY KEY (name)
sign_in_failure.failures integer NO 
sign_in_failure.last timestamp with time zone NO 
sign_in_failure.name bytea NO 
sign_in_failure.until timestamp with time zone NO 
site CHECK (((late_days >= 1) AND (late_days <= 3650)))
site CHECK ((capacity > 0))
site CHECK ((cardinality("position") = 2))
site CHECK ((kind = ANY (ARRAY['library'::text, 'park'::text])))
site CHECK ((pandemic = ANY (ARRAY['auto'::text, 'keep'::text, 'leave-out'::text])))
site PRIMARY KEY (site_id)
site UNIQUE (slug)
site.capacity integer YES 
site.day_start time without time zone NO '04:00:00'::time without time zone
site.kind text NO 
site.late_days integer NO 7
site.name_en text NO 
site.name_sv text NO 
site.opening jsonb NO 
site.pandemic text NO 'auto'::text
site.position ARRAY YES 
site.sandbox boolean NO false
site.site_id integer NO 
site.slug text NO 
site.sort integer NO 0
site.timezone text NO 
site_edited FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
site_edited PRIMARY KEY (site_id)
site_edited.before text NO 
site_edited.site_id integer NO 
site_portal.perimeter boolean YES 
site_portal.portal_id integer YES 
site_portal.sign integer YES 
site_portal.site_id integer YES 
site_portal:  SELECT i.site_id,
    p.portal_id,
    (o.site_id IS DISTINCT FROM i.site_id) AS perimeter,
    ((o.site_id IS DISTINCT FROM i.site_id))::integer AS sign
   FROM ((portal p
     JOIN space i ON ((i.space_id = p.inner_id)))
     LEFT JOIN space o ON ((o.space_id = p.outer_id)))
UNION ALL
 SELECT o.site_id,
    p.portal_id,
    true AS perimeter,
    '-1'::integer AS sign
   FROM ((portal p
     JOIN space o ON ((o.space_id = p.outer_id)))
     LEFT JOIN space i ON ((i.space_id = p.inner_id)))
  WHERE (i.site_id IS DISTINCT FROM o.site_id);
space CHECK ((area_m2 > (0)::double precision))
space CHECK ((capacity > 0))
space CHECK ((cardinality(plan) = 2))
space CHECK ((seats >= 0))
space FOREIGN KEY (parent_id) REFERENCES space(space_id) ON DELETE CASCADE
space FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
space PRIMARY KEY (space_id)
space UNIQUE (site_id, slug)
space.area_m2 double precision YES 
space.capacity integer YES 
space.closed jsonb NO '[]'::jsonb
space.first date YES 
space.kind text NO 
space.last date YES 
space.name_en text NO 
space.name_sv text NO 
space.parent_id integer YES 
space.plan ARRAY YES 
space.seats integer YES 
space.shape ARRAY NO '{}'::double precision[]
space.site_id integer NO 
space.slug text NO 
space.sort integer NO 0
space.space_id integer NO 
space.storey integer YES 
space.used tstzmultirange YES 
space.valid tstzrange NO tstzrange(NULL::timestamp with time zone, NULL::timestamp with time zone)
space_portal.portal_id integer YES 
space_portal.sign integer YES 
space_portal.space_id integer YES 
space_portal:  SELECT space_id,
    portal_id,
    (sum(sign))::integer AS sign
   FROM ( SELECT w.space_id,
            p.portal_id,
            1 AS sign
           FROM (portal p
             JOIN space_within w ON ((w.inner_id = p.inner_id)))
        UNION ALL
         SELECT w.space_id,
            p.portal_id,
            '-1'::integer
           FROM (portal p
             JOIN space_within w ON ((w.inner_id = p.outer_id)))) ends
  GROUP BY space_id, portal_id
 HAVING (sum(sign) <> 0);
space_within.inner_id integer YES 
space_within.space_id integer YES 
space_within:  WITH RECURSIVE within(space_id, inner_id) AS (
         SELECT space.space_id,
            space.space_id
           FROM space
        UNION ALL
         SELECT w.space_id,
            s.space_id
           FROM (within w
             JOIN space s ON ((s.parent_id = w.inner_id)))
        )
 SELECT space_id,
    inner_id
   FROM within;
target CHECK ((baseline_last >= baseline_first))
target CHECK ((baseline_measure = ANY (ARRAY['gross'::text, 'net'::text])))
target CHECK ((baseline_visits > (0)::double precision))
target CHECK ((deadline > baseline_last))
target CHECK ((factor > (0)::double precision))
target CHECK ((measure = ANY (ARRAY['gross'::text, 'net'::text])))
target FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
target PRIMARY KEY (site_id)
target.also ARRAY NO '{}'::text[]
target.baseline_first date NO 
target.baseline_last date NO 
target.baseline_measure text YES 
target.baseline_source text NO ''::text
target.baseline_visits double precision YES 
target.deadline date NO 
target.factor double precision NO 
target.measure text NO 
target.site_id integer NO 
unassigned_channel.channel_id integer YES 
unassigned_channel.device_id integer YES 
unassigned_channel.expired timestamp with time zone YES 
unassigned_channel.has_totals boolean YES 
unassigned_channel.key text YES 
unassigned_channel.last_received timestamp with time zone YES 
unassigned_channel.last_time timestamp with time zone YES 
unassigned_channel.usual_quarter double precision YES 
unassigned_channel.wraps bigint YES 
unassigned_channel:  SELECT channel_id,
    device_id,
    key,
    has_totals,
    last_time,
    last_received,
    wraps,
    usual_quarter,
    expired
   FROM channel c
  WHERE ((last_received IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM placement_now pl
          WHERE (pl.channel_id = c.channel_id)))) AND (NOT (EXISTS ( SELECT
           FROM placement old
          WHERE ((old.channel_id = c.channel_id) AND ((c.last_received <= (upper(old.valid) + '1 day'::interval)) OR (EXISTS ( SELECT
                   FROM (placement_now new
                     JOIN channel other USING (channel_id))
                  WHERE (((new.portal_id = old.portal_id) OR (new.space_id = old.space_id)) AND (other.last_received IS NOT NULL))))))))));
uncounted_passage.inner_id integer YES 
uncounted_passage.outer_id integer YES 
uncounted_passage.portal_id integer YES 
uncounted_passage.site_id integer YES 
uncounted_passage:  SELECT p.portal_id,
    o.site_id,
    p.outer_id,
    p.inner_id
   FROM ((portal p
     JOIN space o ON ((o.space_id = p.outer_id)))
     JOIN space i ON (((i.space_id = p.inner_id) AND (i.site_id = o.site_id))))
  WHERE ((p.valid @> now()) AND ((p.used IS NULL) OR (p.used @> now())) AND ((NOT p.counted) OR (NOT (EXISTS ( SELECT
           FROM placement pl
          WHERE ((pl.portal_id = p.portal_id) AND (pl.role = 'primary'::text)))))));
unusual_time CHECK ((ends > begins))
unusual_time FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
unusual_time PRIMARY KEY (site_id, begins, ends)
unusual_time.begins timestamp with time zone NO 
unusual_time.ends timestamp with time zone NO 
unusual_time.expected double precision NO 
unusual_time.people double precision NO 
unusual_time.score double precision NO 
unusual_time.site_id integer NO 
usage_day FOREIGN KEY (space_id) REFERENCES space(space_id) ON DELETE CASCADE
usage_day PRIMARY KEY (space_id, day)
usage_day.by_people double precision NO 
usage_day.coverage double precision NO 
usage_day.day date NO 
usage_day.entered ARRAY YES 
usage_day.first double precision NO 
usage_day.known_hours double precision NO 
usage_day.last double precision NO 
usage_day.left ARRAY YES 
usage_day.open_known_hours double precision NO 
usage_day.open_person_hours double precision NO 
usage_day.open_width_hours double precision NO 
usage_day.peak double precision YES 
usage_day.peak_at timestamp with time zone YES 
usage_day.peak_lower double precision YES 
usage_day.peak_upper double precision YES 
usage_day.person_hours double precision NO 
usage_day.space_id integer NO 
usage_day.width_hours double precision NO 
visit_day.corrected double precision YES 
visit_day.covered_s double precision YES 
visit_day.day date YES 
visit_day.definition integer YES 
visit_day.gross double precision YES 
visit_day.imputed double precision YES 
visit_day.net double precision YES 
visit_day.site_id integer YES 
visit_day:  SELECT v.site_id,
    v.day,
    v.gross,
    GREATEST((0)::double precision, ((v.gross - v.taken) - COALESCE(x.per_day, (0)::double precision))) AS net,
    v.definition,
    v.covered_s,
    v.imputed,
    v.corrected
   FROM (( SELECT visit_door_day.site_id,
            visit_door_day.day,
            visit_door_day.definition,
            sum(visit_door_day.entries) AS gross,
            sum(visit_door_day.taken) AS taken,
            sum(visit_door_day.covered_s) AS covered_s,
            sum(visit_door_day.imputed) AS imputed,
            sum(visit_door_day.corrected) AS corrected
           FROM visit_door_day
          GROUP BY visit_door_day.site_id, visit_door_day.day, visit_door_day.definition) v
     LEFT JOIN LATERAL ( SELECT sum(x_1.per_day) AS per_day
           FROM visit_deduction x_1
          WHERE ((x_1.site_id = v.site_id) AND (x_1.version = v.definition))) x ON (true));
visit_deduction CHECK (((share >= (0)::double precision) AND (share <= (1)::double precision)))
visit_deduction CHECK ((kind = ANY (ARRAY['staff'::text, 'through'::text, 'cafe'::text, 'other'::text])))
visit_deduction CHECK ((per_day >= (0)::double precision))
visit_deduction FOREIGN KEY (site_id, version) REFERENCES visit_definition(site_id, version) ON DELETE CASCADE
visit_deduction PRIMARY KEY (site_id, version, "position")
visit_deduction.kind text NO 
visit_deduction.per_day double precision NO 0
visit_deduction.portals ARRAY YES 
visit_deduction.position integer NO 
visit_deduction.share double precision NO 0
visit_deduction.site_id integer NO 
visit_deduction.version integer NO 
visit_definition CHECK ((method = ANY (ARRAY['in'::text, 'half'::text])))
visit_definition FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
visit_definition PRIMARY KEY (site_id, version)
visit_definition.ended timestamp with time zone YES 
visit_definition.from_day date NO 
visit_definition.method text NO 'in'::text
visit_definition.portals ARRAY YES 
visit_definition.since timestamp with time zone NO now()
visit_definition.site_id integer NO 
visit_definition.spec json NO 
visit_definition.version integer NO 
visit_door_day.corrected double precision YES 
visit_door_day.covered_s double precision YES 
visit_door_day.day date YES 
visit_door_day.definition integer YES 
visit_door_day.entries double precision YES 
visit_door_day.gap_variance double precision YES 
visit_door_day.half boolean YES 
visit_door_day.imputed double precision YES 
visit_door_day.passages double precision YES 
visit_door_day.portal_id integer YES 
visit_door_day.sign integer YES 
visit_door_day.site_id integer YES 
visit_door_day.taken double precision YES 
visit_door_day:  SELECT f.site_id,
    f.portal_id,
    f.day,
    COALESCE(d.version, 0) AS definition,
    e.entries,
    (COALESCE(t.share, (0)::double precision) * e.entries) AS taken,
        CASE d.method
            WHEN 'half'::text THEN (f.people_in + f.people_out)
            ELSE e.entries
        END AS passages,
    (COALESCE(d.method, 'in'::text) = 'half'::text) AS half,
    f.covered_s,
    COALESCE(((f.imputed * e.entries) / NULLIF((f.people_in + f.people_out), (0)::double precision)), (0)::double precision) AS imputed,
    e.corrected,
    (f.gap_variance / (
        CASE d.method
            WHEN 'half'::text THEN 4
            ELSE 2
        END)::double precision) AS gap_variance,
    sp.sign
   FROM ((((flow_day_filled f
     JOIN site_portal sp ON (((sp.site_id = f.site_id) AND (sp.portal_id = f.portal_id) AND sp.perimeter)))
     LEFT JOIN LATERAL ( SELECT d_1.site_id,
            d_1.version,
            d_1.from_day,
            d_1.method,
            d_1.portals,
            d_1.spec,
            d_1.since,
            d_1.ended
           FROM visit_definition d_1
          WHERE ((d_1.site_id = f.site_id) AND (d_1.from_day <= f.day) AND (d_1.ended IS NULL))
          ORDER BY d_1.from_day DESC
         LIMIT 1) d ON (true))
     LEFT JOIN LATERAL ( SELECT sum(x.share) AS share
           FROM visit_deduction x
          WHERE ((x.site_id = f.site_id) AND (x.version = d.version) AND ((x.portals IS NULL) OR (f.portal_id = ANY (x.portals))))) t ON (true))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (d.method = 'half'::text) THEN ((f.people_in + f.people_out) / (2)::double precision)
                    WHEN (sp.sign = 1) THEN f.people_in
                    ELSE f.people_out
                END AS entries,
                CASE
                    WHEN (d.method = 'half'::text) THEN ((f.corrected_in + f.corrected_out) / (2)::double precision)
                    WHEN (sp.sign = 1) THEN f.corrected_in
                    ELSE f.corrected_out
                END AS corrected) e)
  WHERE ((d.portals IS NULL) OR (f.portal_id = ANY (d.portals)));
voided_time CHECK (((NOT isempty(during)) AND (NOT lower_inf(during)) AND (NOT upper_inf(during))))
voided_time CHECK ((author <> ''::text))
voided_time CHECK ((reason <> ''::text))
voided_time FOREIGN KEY (device_id) REFERENCES device(device_id) ON DELETE CASCADE
voided_time PRIMARY KEY (void_id)
voided_time.above double precision YES 
voided_time.author text NO 
voided_time.device_id integer NO 
voided_time.during tstzrange NO 
voided_time.made timestamp with time zone NO 
voided_time.people double precision NO 
voided_time.readings integer NO 
voided_time.reason text NO 
voided_time.undone timestamp with time zone YES 
voided_time.undone_by text YES 
voided_time.undone_why text YES 
voided_time.void_id integer NO 
weather_day FOREIGN KEY (site_id) REFERENCES site(site_id) ON DELETE CASCADE
weather_day PRIMARY KEY (site_id, day)
weather_day.day date NO 
weather_day.precipitation_mm double precision YES 
weather_day.site_id integer NO 
weather_day.temperature_c double precision YES 
