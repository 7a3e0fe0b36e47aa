-- name: sandbox_always
-- Placements that have always held.
update placement set valid = tstzrange(null, null) where placement_id = any(%(ids)s)

-- name: sandbox_backfill
-- Unfinished runs of simulated history begin again.
delete from backfill where %(site)s = any(sites)

-- name: sandbox_calibrations
-- Deletes what was proposed and accepted for the doors of a site.
delete from calibration where portal_id in (select portal_id from portal where site_id = %(site_id)s)

-- name: sandbox_channels
-- The channels that are to be emptied.
select distinct channel_id from emptied

-- name: sandbox_clean
-- No day of the site waits for an estimate any more.
delete from dirty_day where site_id = %(site_id)s

-- name: sandbox_counts
-- Deletes what people counted at the doors of a site, with their taps.
delete from manual_count where portal_id in (select portal_id from portal where site_id = %(site_id)s)

-- name: sandbox_findings
-- Deletes what was found to be wrong with the sensors of a sandbox; its history goes with it, and it is checked again.
with looked as (
    delete from quality_check where site_id = %(site_id)s
)
delete from finding where site_id = %(site_id)s

-- name: sandbox_flow_buckets
-- Deletes what was made of the flow readings of a sandbox.
delete from flow_bucket b using emptied e where b.channel_id = e.channel_id and e.valid @> b.bucket

-- name: sandbox_forget
-- Messages of these devices that come again are no repeats.
delete from seen where scope = any(%(scopes)s)

-- name: sandbox_holds
-- What a site holds: readings of how many sensors, from when to when.
with observed as (
    select distinct c.channel_id, c.device_id
    from channel c
    join device d using (device_id)
    left join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    where coalesce(p.site_id, z.site_id) = (select site_id from site where slug = %(site)s)
        or (d.source = 'native' and starts_with(d.external_id, %(site)s || '/'))
)
select count(*) as readings, count(distinct o.device_id) as devices, min(r.time) as first, max(r.time) as last
from observed o
join reading r using (channel_id)

-- name: sandbox_headcounts
-- Deletes the headcounts of the spaces of a site.
delete from headcount where space_id in (select space_id from space where site_id = %(site_id)s)

-- name: sandbox_imputed
-- Deletes what was estimated for the silent quarters of a sandbox.
delete from imputed_flow i using emptied e where i.channel_id = e.channel_id and e.valid @> i.bucket

-- name: sandbox_learnt
-- Deletes what was learnt of a site.
delete from occupancy_learnt where site_id = %(site_id)s

-- name: sandbox_level_buckets
-- Deletes what was made of the level readings of a sandbox.
delete from level_bucket b using emptied e where b.channel_id = e.channel_id and e.valid @> b.bucket

-- name: sandbox_lock
-- A site, locked, and whether it is a sandbox.
select site_id, sandbox from site where slug = %(site)s for no key update

-- name: sandbox_minutes
-- Deletes the occupancy of a site by minute.
delete from occupancy_minute where space_id in (select space_id from space where site_id = %(site_id)s)

-- name: sandbox_neighbours
-- Marks the past days of other sites in which somebody passed through doors of this one: their occupancy changes. A day that is
-- marked already is locked, as by mark_dirty.
insert into dirty_day as d (site_id, day)
select distinct f.site_id, f.day
from flow_day f
join portal p using (portal_id)
join site s on s.site_id = f.site_id
where p.site_id = %(site_id)s and f.site_id <> p.site_id
    and f.day < ((now() at time zone s.timezone) - s.day_start)::date
order by 1, 2
on conflict (site_id, day) do update set day = d.day

-- name: sandbox_placements
-- Forgets where sensors of the site were before; those that stand there now have always stood there.
with old as (
    delete from placement pl using emptied e
    where pl.channel_id = e.channel_id and not upper_inf(pl.valid) and (e.whole or pl.valid = e.valid)
)
select pl.placement_id from placement pl join emptied e using (channel_id) where e.whole and upper_inf(pl.valid)

-- name: sandbox_quarantine
-- Deletes what waits in quarantine of a sandbox, or was decided about.
delete from quarantine q using emptied e where q.channel_id = e.channel_id and e.valid @> q.time

-- name: sandbox_quarters
-- Deletes the occupancy of a site by quarter of an hour.
delete from occupancy_bucket where space_id in (select space_id from space where site_id = %(site_id)s)

-- name: sandbox_readings
-- Deletes the readings of a sandbox.
delete from reading r using emptied e where r.channel_id = e.channel_id and e.valid @> r.time

-- name: sandbox_silent_channels
-- The emptied channels have never been heard.
update channel c set last_time = null, last_received = null, has_totals = false, wraps = 0, expired = null
from emptied e where e.whole and e.channel_id = c.channel_id

-- name: sandbox_silent_devices
-- Nor have the devices of which nothing is left; returns the scopes of the numbers of their messages.
update device d
set last_received = null, online = null, online_changed = null, clock_offset_s = null, clock_flags = 0, topic = null,
    heard_model = ''
where exists (select from channel c join emptied e using (channel_id) where c.device_id = d.device_id and e.whole)
    and not exists (select from channel c where c.device_id = d.device_id and c.last_received is not null)
returning source || '/' || external_id as scope

-- name: sandbox_spans
-- What is to be emptied: the channels that observe a site, or that nobody placed and that speak on its own topics, each with
-- the time in which they did. One that never observed another site is emptied whole.
create temp table emptied on commit drop as
with observes as (
    select pl.channel_id, pl.valid, coalesce(p.site_id, z.site_id) = %(site_id)s as here
    from placement pl
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
), whole as (
    select c.channel_id
    from channel c
    join device d using (device_id)
    where not exists (select from observes o where o.channel_id = c.channel_id and not o.here)
        and (exists (select from observes o where o.channel_id = c.channel_id)
            or (d.source = 'native' and starts_with(d.external_id, %(site)s || '/')))
)
select channel_id, tstzrange(null, null) as valid, true as whole from whole
union all
select channel_id, valid, false from observes where here and channel_id not in (select channel_id from whole)
