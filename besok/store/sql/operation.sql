-- name: claim
-- Claims a site for this connection: no other worker works on it as long as the connection lives.
select pg_try_advisory_lock(hashtext('besok occupancy'), %(site_id)s)

-- name: claim_give_up
-- Leaves a site to other workers.
select pg_advisory_unlock(hashtext('besok occupancy'), %(site_id)s)

-- name: duty_claim
-- Claims a duty for this connection until it is released: no other worker does it meanwhile.
select pg_try_advisory_lock(hashtext('besok duty'), hashtext(%(duty)s))

-- name: duty_release
-- Releases a duty.
select pg_advisory_unlock(hashtext('besok duty'), hashtext(%(duty)s))

-- name: job_run_begin
-- Notes that a duty begins, unless a worker began it within its period. Whoever has the duty knows that no other run of it goes on.
-- The clock is the database's, as those of workers may differ; a run that it has yet to reach was noted before it was put back.
with lost as (
    update job_run set ended = clock_timestamp(), outcome = 'interrupted', message = 'its process ended before it was done' where duty = %(duty)s and ended is null
)
insert into job_run (duty, started)
select %(duty)s, clock.now
from (select clock_timestamp() as now) clock
where not exists (select from job_run where duty = %(duty)s and started > clock.now - %(rest)s::interval and started <= clock.now)
returning run_id

-- name: job_run_end
-- Notes how a run ended.
update job_run set ended = clock_timestamp(), outcome = %(outcome)s, message = %(message)s where run_id = %(run)s

-- name: job_run_killed
-- Notes how the run of a duty that goes on was ended from outside.
update job_run set ended = clock_timestamp(), outcome = %(outcome)s, message = %(message)s where duty = %(duty)s and ended is null

-- name: job_states
-- The last run of each duty: besok.model.views.jobs.JobInfo. `failing` is since when none succeeded; restarts interrupt runs, too.
select l.duty, l.started, l.ended, l.outcome, l.message, d.started as succeeded,
    (select min(f.started) from job_run f where f.duty = l.duty and f.outcome in ('failed', 'timed_out', 'interrupted')
        and (d.started is null or f.started > d.started)
        having bool_or(f.outcome <> 'interrupted')
            or count(*) filter (where f.started > clock_timestamp() - interval '1 hour') >= 3) as failing
from (select distinct on (duty) * from job_run order by duty, started desc, run_id desc) l
left join lateral (
    select r.started from job_run r where r.duty = l.duty and r.outcome = 'done' order by r.started desc limit 1
) d on true
order by l.duty

-- name: job_runs_forget
-- Forgets what is old: of each duty the last hundred runs are kept, and failures for ninety days.
delete from job_run r
where (r.outcome = 'done' or r.started < %(now)s::timestamptz - interval '90 days')
    and r.ended is not null
    and r.run_id <= (select run_id from job_run n where n.duty = r.duty order by run_id desc offset 100 limit 1)

-- name: looked_get
-- Up to which business day the counts of each site were last looked at for something.
select s.slug, l.until from looked l join site s using (site_id) where l.what = %(what)s

-- name: looked_set
-- Notes up to which business day the counts of a site were looked at for something.
insert into looked (site_id, what, until)
select site_id, %(what)s, %(until)s from site where slug = %(site)s
on conflict (site_id, what) do update set until = excluded.until

-- name: learnt_get
-- What was learnt of a site before a day, if it still holds for this building.
select learnt::text from occupancy_learnt
where site_id = %(site_id)s and day = %(day)s and building = %(building)s and not stale

-- name: learnt_put
-- Keeps what was learnt of a site before a day.
insert into occupancy_learnt (site_id, day, learnt, building) values (%(site_id)s, %(day)s, %(learnt)s, %(building)s)
on conflict (site_id, day) do update set learnt = excluded.learnt, building = excluded.building, stale = false

-- name: learnt_forget
-- Forgets what was learnt before days that are long past.
delete from occupancy_learnt where day < %(before)s

-- name: learnt_stale
-- Marks what was learnt of a site from days that have changed: before the days after `first` up to and with `last`.
update occupancy_learnt set stale = true
where site_id = %(site_id)s and day > %(first)s and day <= %(last)s and not stale

-- name: backfill_sites
-- The sites whose history is being written: by a run that is not finished, and went on within the last quarter of an hour.
select distinct unnest(sites) from backfill where noted > %(now)s::timestamptz - interval '15 minutes'

-- name: backfill_done_until
-- The last day that an unfinished run of simulated history has written whole.
select done_until from backfill where digest = %(digest)s

-- name: backfill_advance
-- Notes that a run of simulated history has written all days until one. Runs that nobody took up for a month are forgotten.
with old as (
    delete from backfill where noted < now() - interval '30 days' and digest <> %(digest)s
)
insert into backfill (digest, sites, done_until) values (%(digest)s, %(sites)s, %(day)s)
on conflict (digest) do update set done_until = excluded.done_until, noted = now()

-- name: backfill_finish
-- A run of simulated history is finished: its sites are looked at again, also those looked at on the way.
with ended as (delete from backfill where digest = %(digest)s returning sites)
delete from looked l using ended e, site s where s.slug = any(e.sites) and l.site_id = s.site_id

-- name: service_beat
-- Notes that a service works, with its own figures.
insert into service (name, heard, detail) values (%(name)s, %(heard)s, %(detail)s)
on conflict (name) do update set heard = excluded.heard, detail = excluded.detail

-- name: service_beats
-- The last beat of each service.
select name, heard, detail from service order by name

-- name: clock
-- The time of the database.
select clock_timestamp()

-- name: disk_try
-- Writes some megabytes to a file of this statement alone: no role needs a right for that.
set local work_mem = '64kB';
select count(*) from generate_series(1, 100000)

-- name: installed
-- When the database was made.
select min(ran) from migration

-- name: forecast_ages
-- The newest forecast of each site that has one.
select s.slug as site, max(f.origin) as origin from forecast f join site s using (site_id) group by 1 order by 1

-- name: store_health
-- What the database can say about itself.
select (select max(heard) from device_heard) as last_received,
    (select count(*) from rejected where resolved is null)::int as rejected,
    (select count(distinct device_id) from unassigned_channel)::int as unplaced_devices,
    (select count(*) from dirty_day)::int as days_waiting,
    current_setting('timescaledb.license') as edition

-- name: result_get
-- A computed result of a site.
select r.result
from computed_result r join site s using (site_id)
where s.slug = %(site)s and r.what = %(what)s and r.result <> 'null'
    and (r.until = %(until)s or %(or_later)s and r.until > %(until)s)

-- name: results_known
-- The results of a site that are computed up to a business day, or announced.
select r.what
from computed_result r join site s using (site_id)
where s.slug = %(site)s and r.until = %(until)s

-- name: result_begin
-- Announces a result of the first of some sites, which rests on all of them.
insert into computed_result (site_id, what, until, rests_on, result)
select (select site_id from site where slug = (%(sites)s::text[])[1]), %(what)s, %(until)s,
    array(select site_id from site where slug = any(%(sites)s)), 'null'
on conflict (site_id, what) do update set until = excluded.until, rests_on = excluded.rests_on, result = 'null'

-- name: result_put
-- Writes an announced result, if nothing it rests on has changed since.
update computed_result r
set result = %(result)s::jsonb
from site s
where s.site_id = r.site_id and s.slug = %(site)s and r.what = %(what)s and r.until = %(until)s

-- name: results_delete
-- Deletes the results of some kinds that rest on any of some sites.
delete from computed_result where rests_on && %(sites)s::int[] and what = any(%(kinds)s)

-- name: alert_target_put
-- Names an address to send to, or gives it another one; `trial`: a message to try it is to be sent.
insert into alert_target (name, url, trial) values (%(name)s, %(url)s, %(trial)s)
on conflict (name) do update set url = excluded.url, attempts = 0, next_try = '-infinity', trial = excluded.trial
returning name, null as site

-- name: alert_target_try
-- Has a message sent that tries a target.
update alert_target set trial = true, next_try = '-infinity' where name = %(name)s

-- name: alert_target_remove
-- Removes a target; what was sent to it stays.
delete from alert_target where name = %(name)s returning name, null as site

-- name: alert_target_states
-- The targets: besok.store.alerts.Target.
select name, split_part(url, ':', 1) as service, attempts as failed, trial from alert_target order by name

-- name: alert_targets
-- All addresses.
select name, url from alert_target order by name

-- name: alert_targets_lost
-- The targets that several messages in a row did not reach, while something waits for them or was just tried; since when.
select t.name, coalesce(failed.since, now()) as since
from alert_target t
left join lateral (
    select min(d.at) as since, max(d.at) as last from alert_delivery d
    where d.target = t.name and d.problem is not null
        and d.at > coalesce((select max(o.at) from alert_delivery o where o.target = t.name and o.problem is null), '-infinity')
) failed on true
where t.attempts >= 3 and (failed.last > %(now)s::timestamptz - interval '2 hours' or exists (
    select from alert a join alert_rule r using (rule_id)
    where r.target = t.name and r.removed is null and (a.resolved is null and a.sent is null and a.acknowledged is null
        or a.resolved is not null and a.sent is not null and a.resolution_sent is null)
))

-- name: alert_targets_ready
-- The targets that may be sent to now.
select name from alert_target where next_try <= %(now)s

-- name: alert_target_lock
-- One new rule of a target at a time, and none while it is removed.
select from alert_target where name = %(name)s for update

-- name: alert_rule_add
-- Keeps a rule.
insert into alert_rule (kind, site_id, space_id, threshold, minutes, target, quiet_from, quiet_to, author, made)
select %(kind)s, s.site_id, z.space_id, %(threshold)s, %(minutes)s, %(target)s, %(quiet_from)s, %(quiet_to)s, %(author)s, %(now)s
from (select 1) one
left join site s on s.slug = %(site)s
left join space z on z.site_id = s.site_id and z.slug = %(space)s
returning rule_id, (select slug from site s where s.site_id = alert_rule.site_id) as site

-- name: alert_rules
-- The rules in force: besok.model.alerts.AlertRule.
select r.rule_id as id, r.kind, s.slug as site, z.slug as space, r.threshold, r.minutes, r.target, r.quiet_from, r.quiet_to, r.author
from alert_rule r
left join site s using (site_id)
left join space z using (space_id)
where r.removed is null
order by r.rule_id

-- name: alert_rule_remove
-- Ends a rule.
update alert_rule r set removed = %(now)s where rule_id = %(id)s and removed is null
returning rule_id, (select slug from site s where s.site_id = r.site_id) as site

-- name: alert_rule_resolve
-- Ends what is open of a rule that has ended. A statement of its own, which sees what was raised until then.
update alert set resolved = %(now)s, resolution_sent = %(now)s
where rule_id = %(id)s and resolved is null

-- name: alert_raise
-- Notes an occurrence, once: neither while it is open already, nor about what is being worked on, nor of a rule that has ended. One
-- that was resolved too soon, as its beginning is still the same a day later, is opened again; its target is notified again if it
-- was notified of the end.
with rule as (
    select rule_id from alert_rule where rule_id = %(rule)s and removed is null for share
), reopened as (
    update alert a set resolved = null, resolution_sent = null, value = %(value)s,
        sent = case when a.resolution_sent is null then a.sent end,
        acknowledged = case when a.resolution_sent is null then a.acknowledged end,
        acknowledged_by = case when a.resolution_sent is null then a.acknowledged_by end
    from rule
    where a.rule_id = rule.rule_id and a.subject = %(subject)s and a.since = %(since)s
        and a.resolved > %(now)s::timestamptz - interval '1 day'
        and not exists (select from alert o where o.rule_id = a.rule_id and o.subject = a.subject and o.resolved is null)
        and not exists (select from alert_mute m where m.subject = any(%(about)s) and m.ended is null and m.until > %(now)s)
)
insert into alert (rule_id, site_id, subject, since, value, raised)
select rule_id, (select site_id from site where slug = %(site)s), %(subject)s, coalesce(%(since)s, %(now)s), %(value)s, %(now)s
from rule
where not exists (
    select from alert_mute m where m.subject = any(%(about)s) and m.ended is null and m.until > %(now)s
)
on conflict do nothing

-- name: alert_resolve
-- Ends the open occurrences of a rule whose subjects are not among these.
update alert set resolved = %(now)s
where rule_id = %(rule)s and resolved is null and subject <> all(%(subjects)s::text[])

-- name: alerts_open
-- The subjects of the open occurrences of a rule that were raised after a time.
select subject from alert where rule_id = %(rule)s and resolved is null and raised > %(since)s

-- name: alerts
-- Occurrences that are open, or were resolved since a time, the newest first: besok.model.alerts.Alert. Of a site: its own, and
-- those of the whole installation.
select a.alert_id as id, a.rule_id as rule, r.kind, s.slug as site, a.subject, a.since, a.value, r.threshold, r.target, r.quiet_from,
    r.quiet_to, coalesce(s.timezone, (select timezone from site order by site_id limit 1)) as timezone, a.raised, a.sent, a.acknowledged, a.acknowledged_by, a.resolved
from alert a
join alert_rule r using (rule_id)
left join site s on s.site_id = coalesce(a.site_id, r.site_id)
where (a.resolved is null or a.resolved >= %(since)s) and r.kind <> 'monthly_report'
    and (%(site)s::text is null or s.site_id is null or s.slug = %(site)s) and (%(id)s::bigint is null or a.alert_id = %(id)s)
order by a.raised desc, a.alert_id desc
limit 500

-- name: alerts_unsent
-- What a target has not been told of yet: that it began, or that it is over.
select a.alert_id as id, a.rule_id as rule, r.kind, s.slug as site, a.subject, a.since, a.value, r.threshold, r.target, r.quiet_from,
    r.quiet_to, coalesce(s.timezone, (select timezone from site order by site_id limit 1)) as timezone, a.raised, a.sent, a.acknowledged, a.acknowledged_by, a.resolved
from alert a
join alert_rule r using (rule_id)
left join site s on s.site_id = coalesce(a.site_id, r.site_id)
where r.target = %(target)s and r.removed is null
    and (a.resolved is null and a.sent is null and a.acknowledged is null or a.resolved is not null and a.sent is not null and a.resolution_sent is null)
order by a.raised, a.alert_id

-- name: alerts_sent
-- Notes of what a target was notified: of `over` that they ended. What ends, or begins again, meanwhile is in the next message.
update alert set
    sent = case when alert_id = any(%(over)s::bigint[]) and resolved is null then null else coalesce(sent, %(now)s) end,
    resolution_sent = case when alert_id = any(%(over)s::bigint[]) and resolved is not null then %(now)s end
where alert_id = any(%(ids)s)

-- name: alerts_forget
-- Forgets what was over before then; monthly reports are kept, as none is sent twice.
with gone as (
    delete from alert a using alert_rule r
    where r.rule_id = a.rule_id and r.kind <> 'monthly_report' and a.resolved < %(before)s
)
delete from alert_delivery where at < %(before)s

-- name: reports_sent
-- The monthly reports that were sent: by which rule, of which site and month.
select a.rule_id, a.subject from alert a join alert_rule r using (rule_id) where r.kind = 'monthly_report'

-- name: report_sent
-- Notes that a monthly report was sent.
insert into alert (rule_id, site_id, subject, since, raised, sent, resolved, resolution_sent)
select %(rule)s, (select site_id from site where slug = %(site)s), %(subject)s, %(now)s, %(now)s, %(now)s, %(now)s, %(now)s

-- name: alert_acknowledge
-- Notes who takes care of an occurrence.
update alert set acknowledged = %(now)s, acknowledged_by = %(author)s
where alert_id = %(id)s and acknowledged is null and resolved is null
returning alert_id, (select slug from site s where s.site_id = alert.site_id) as site

-- name: alert_acknowledged_last
-- When an occurrence of a rule about a subject was last acknowledged.
select max(acknowledged) from alert where rule_id = %(rule)s and subject = %(subject)s

-- name: alert_target_claim
-- Lets one process send to a target.
update alert_target set sending = %(now)s
where name = %(name)s and next_try <= %(now)s and (sending is null or sending < %(now)s::timestamptz - interval '5 minutes')
returning url, trial

-- name: alert_target_done
-- Notes how sending went: after a failure it is tried again after 1, 2, 4 and so on up to 60 minutes.
update alert_target set sending = null, trial = trial and not %(trial)s, attempts = case when %(problem)s::text is null then 0 else attempts + 1 end,
    next_try = case when %(problem)s::text is null then '-infinity'
        else %(now)s::timestamptz + least(power(2, attempts), 60) * interval '1 minute' end
where name = %(name)s

-- name: alert_delivery_add
-- Logs a delivery.
insert into alert_delivery (target, at, alerts, problem) values (%(name)s, %(now)s, %(alerts)s, %(problem)s)

-- name: alert_deliveries
-- The last deliveries.
select target, at, alerts, problem from alert_delivery order by delivery_id desc limit 50

-- name: alert_mute_add
-- Notes that something is being worked on.
insert into alert_mute (subject, site_id, reason, author, made, until)
select %(subject)s, (select site_id from site where slug = %(site)s), %(reason)s, %(author)s, %(now)s, %(until)s
returning mute_id, (select slug from site s where s.site_id = alert_mute.site_id) as site

-- name: maintenance
-- What is being worked on, or was since a time, at a site or anywhere (null), the last first:
-- besok.model.views.alerts.MaintenanceInfo.
select m.mute_id as id, m.subject, m.reason, m.author, m.made, m.until, m.ended, m.ended_by
from alert_mute m left join site s using (site_id)
where (%(site)s::text is null or s.slug = %(site)s) and coalesce(m.ended, m.until) >= %(since)s
order by m.made desc, m.mute_id desc
limit 100

-- name: maintenance_end
-- Notes that work on something of a site, or on anything (null), is over before its time.
with open as (
    select m.mute_id, s.slug as site from alert_mute m left join site s using (site_id)
    where m.mute_id = %(id)s and m.ended is null and m.until > %(now)s
      and (%(site)s::text is null or s.slug = %(site)s)
)
update alert_mute m set ended = %(now)s, ended_by = %(author)s
from open where open.mute_id = m.mute_id
returning m.mute_id, open.site

-- name: announcement
-- What the wall screens of a site announce now: besok.model.views.alerts.Announcement.
select a.text, a.author, a.made, a.until from announcement a join site s using (site_id)
where s.slug = %(site)s and a.until > %(now)s

-- name: announcement_put
-- Announces a text, in the place of the one before.
insert into announcement (site_id, text, author, made, until)
select site_id, %(text)s, %(author)s, %(now)s, %(until)s from site where slug = %(site)s
on conflict (site_id) do update
set text = excluded.text, author = excluded.author, made = excluded.made, until = excluded.until
returning %(site)s, %(site)s

-- name: announcement_end
-- Takes back what is announced.
delete from announcement using site s
where s.site_id = announcement.site_id and s.slug = %(site)s and until > %(now)s
returning s.slug, s.slug

-- name: alert_spaces
-- Spaces with the least and the last estimate of the last minutes, the least lower bound, and how many minutes have one.
select s.slug as site, z.slug as space, coalesce(z.capacity, case when z.parent_id is null then s.capacity end)::float8 as capacity,
    min(o.people)::float8 as least, (array_agg(o.people order by o.time desc))[1]::float8 as people,
    min(o.lower)::float8 as surely, count(*)::int as minutes
from space z
join site s using (site_id)
join occupancy_minute o using (space_id)
where upper_inf(z.valid) and o.people is not null
    and o.time > %(now)s::timestamptz - greatest(%(minutes)s, 3) * interval '1 minute' and o.time <= %(now)s
    and (%(site)s::text is null or s.slug = %(site)s) and (%(space)s::text is null or z.slug = %(space)s)
group by 1, 2, 3, z.parent_id, s.capacity

-- name: alert_entries
-- Entries into the spaces of a site since a moment, by its portals.
select coalesce(sum(case when p.inner_id = z.space_id then b.people_in else b.people_out end), 0)::float8
from space z
join site s using (site_id)
join portal p on z.space_id in (p.inner_id, p.outer_id)
join placement pl using (portal_id)
join flow_bucket b on b.channel_id = pl.channel_id and pl.valid @> b.bucket and b.bucket >= %(since)s
where s.slug = %(site)s and z.slug = %(space)s and pl.role = 'primary'

-- name: backup_tables
-- Our tables with their columns, those that others refer to first; not those of extensions, and not what a migration fills.
with recursive ours as (
    select c.oid, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not in ('migration', 'made_anew') and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
), depth as (
    select oid, 0 as depth from ours
    union
    select f.conrelid, d.depth + 1
    from depth d join pg_constraint f on f.confrelid = d.oid and f.contype = 'f' and f.conrelid <> f.confrelid
    where d.depth < 100
)
select o.relname as name, array(
    select a.attname from pg_attribute a
    where a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
)::text[] as columns
from ours o join depth d using (oid)
group by o.oid, o.relname
order by max(d.depth), o.relname

-- name: open_views
-- The views that stay as they are documented, with their columns.
select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and starts_with(c.relname, 'open_') and a.attnum > 0
group by c.relname
order by c.relname

-- name: backup_sequences
-- The columns that are numbered by themselves.
select c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null

-- name: backup_triggers
-- Our tables with triggers of ours, not TimescaleDB's.
select distinct c.relname
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and not t.tgisinternal and t.tgname not like 'ts\_%'

-- name: migration_table
-- The list of migrations this database has had.
create table if not exists migration (
    name text primary key,
    digest text not null,
    ran timestamptz not null default now()
);

-- name: extension_versions
-- The version of an extension in this database, and the newest of the server.
select installed_version, default_version from pg_available_extensions where name = %(name)s and installed_version is not null

-- name: community_version
-- The version of TimescaleDB's Community edition, if this database has that.
select extversion from pg_extension where extname = 'timescaledb' and current_setting('timescaledb.license', true) = 'timescale'

-- name: migration_get
-- The hash of a migration that ran.
select digest from migration where name = %(name)s

-- name: migration_add
-- Notes that a migration ran.
insert into migration (name, digest) values (%(name)s, %(digest)s)

-- name: migrations_had
-- The migrations that this database has had, each with its hash.
select name, digest from migration

-- name: made_anew
-- What the last migrating replaced.
select version, digest from made_anew

-- name: lock_wait
-- Waits no longer for a lock in this transaction.
select set_config('lock_timeout', %(wait)s, true)

-- name: made_anew_put
-- Notes what a migrating replaced.
insert into made_anew (version, digest) values (%(version)s, %(digest)s)
on conflict (only_row) do update set version = excluded.version, digest = excluded.digest, ran = now()

-- name: metric_upsert
-- Keeps the metric catalogue in the database equal to the program's.
insert into metric (code, name, unit) values (%(code)s, %(name)s, %(unit)s)
on conflict (code) do update set name = excluded.name, unit = excluded.unit

-- name: role_there
-- Whether the server has a role.
select 1 from pg_roles where rolname = %(role)s

-- name: rehearsal_idle
-- Lets a transaction wait for us while figures are computed in it: of a file of 200,000 rows on a slow machine, say.
set local idle_in_transaction_session_timeout = '60s'
