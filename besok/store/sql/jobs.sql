-- name: claim
-- Claims a site for this connection: no other worker works on it as long as the connection lives.
select pg_try_advisory_lock(hashtext('besok occupancy'), %(site_id)s)

-- name: duty_claim
-- Claims a duty for this connection until it is released: no other worker does it meanwhile.
select pg_try_advisory_lock(hashtext('besok duty'), hashtext(%(duty)s))

-- name: duty_release
-- Releases a duty.
select pg_advisory_unlock(hashtext('besok duty'), hashtext(%(duty)s))

-- name: job_run_begin
-- Notes that a duty begins, unless a worker began it within its period. Whoever has the duty knows that no other run of it goes on.
with lost as (
    update job_run set ended = %(now)s, outcome = 'interrupted' where duty = %(duty)s and ended is null
)
insert into job_run (duty, started)
select %(duty)s, %(now)s
where not exists (select from job_run where duty = %(duty)s and started > %(since)s and started <= %(now)s)
returning run_id

-- name: job_run_end
-- Notes how a run ended.
update job_run set ended = %(now)s, outcome = %(outcome)s, message = %(message)s where run_id = %(run)s

-- name: job_run_expire
-- Notes that the run of a duty that goes on was ended, as it took too long.
update job_run set ended = %(now)s, outcome = 'timed_out' where duty = %(duty)s and ended is null

-- name: job_states
-- The last run of each duty: besok.model.views.jobs.JobInfo. `failing` is since when none succeeded.
select l.duty, l.started, l.ended, l.outcome, l.message, d.started as succeeded,
    (select min(f.started) from job_run f where f.duty = l.duty and f.outcome in ('failed', 'timed_out')
        and (d.started is null or f.started > d.started)) as failing
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
-- A run of simulated history is finished.
delete from backfill where digest = %(digest)s

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

-- name: forecast_ages
-- The newest forecast of each site that has one.
select s.slug as site, max(f.origin) as origin from forecast f join site s using (site_id) group by 1 order by 1

-- name: store_health
-- What the database can say about itself.
select (select max(last_received) from device) as last_received,
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
-- Deletes the results that rest on any of some sites.
delete from computed_result where rests_on && %(sites)s::int[]
