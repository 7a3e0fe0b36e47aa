-- name: removal_placed
-- The places that a device observes now.
select s.slug || '/' || coalesce(p.slug, z.slug)
from channel c
join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
join site s on s.site_id = coalesce(p.site_id, z.site_id)
where c.device_id = %(device_id)s
order by 1

-- name: removal_holds
-- What channels hold: readings, from when to when, and people who were counted at doors by their buckets.
select count(*)::int as readings, min(r.time) as first, max(r.time) as last, coalesce((
    select sum(f.people_in + f.people_out) from portal_flow f where f.channel_id = any(%(channels)s)
), 0)::float8 as people
from reading r where r.channel_id = any(%(channels)s)

-- name: removal_extent
-- The time in which each channel has something.
select channel_id, min(bucket) as first, max(bucket) as last
from (
    select channel_id, bucket from flow_bucket where channel_id = any(%(channels)s)
    union all
    select channel_id, bucket from level_bucket where channel_id = any(%(channels)s)
) b
group by channel_id

-- name: removal_readings
-- Deletes all that channels have sent.
delete from reading where channel_id = any(%(channels)s)

-- name: removal_flow_buckets
-- Deletes what was made of it.
delete from flow_bucket where channel_id = any(%(channels)s)

-- name: removal_level_buckets
-- Deletes what was made of it.
delete from level_bucket where channel_id = any(%(channels)s)

-- name: removal_devices
-- Deletes devices with their channels, placements, findings and voided times; messages of theirs that come again are no repeats.
with gone as (
    delete from device where device_id = any(%(devices)s) returning source || '/' || external_id as scope
)
delete from seen where scope in (select scope from gone)

-- name: removal_site_devices
-- The devices that are or were placed in a site, or speak on its own topics, and were in no site but those that go with it.
with place as (
    select c.device_id, s.slug
    from channel c
    join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
)
select d.device_id, coalesce((select array_agg(c.channel_id order by c.channel_id) from channel c where c.device_id = d.device_id), '{}')
from device d
where not exists (select from place o where o.device_id = d.device_id and o.slug <> %(site)s and o.slug <> all(%(others)s))
    and (exists (select from place o where o.device_id = d.device_id)
        or d.source = 'native' and starts_with(d.external_id, %(site)s || '/'))
order by d.device_id

-- name: removal_lock
-- A site, locked.
select site_id from site where slug = %(site)s for update

-- name: removal_needed
-- The sites that need a site: their doors lead into it, or their targets count it.
select distinct s.slug
from site s
left join portal p on p.site_id = s.site_id
left join space z on z.space_id in (p.outer_id, p.inner_id)
left join target t on t.site_id = s.site_id
where s.slug <> %(site)s and s.slug <> all(%(others)s) and (z.site_id = %(site_id)s or %(site)s = any(t.also))
order by 1

-- name: removal_written
-- What people have entered of a site: by what it is, how many.
select
    (select count(*) from manual_count m join portal p using (portal_id) where p.site_id = %(site_id)s)::int
        + (select count(*) from headcount h join space z using (space_id) where z.site_id = %(site_id)s)::int as counts,
    (select count(*) from calibration k join portal p using (portal_id) where p.site_id = %(site_id)s)::int as corrections,
    (select count(*) from action where site_id = %(site_id)s)::int as actions,
    (select count(*) from programme_event where site_id = %(site_id)s)::int as events

-- name: removal_mappings
-- Mappings of devices outlive the site in which they gave a place.
update device_mapping set site_id = null, sensors = '[]', since = null where site_id = %(site_id)s

-- name: removal_minutes
-- Deletes the occupancy of a site by minute.
delete from occupancy_minute where space_id in (select space_id from space where site_id = %(site_id)s)

-- name: removal_quarters
-- Deletes the occupancy of a site by quarter of an hour.
delete from occupancy_bucket where space_id in (select space_id from space where site_id = %(site_id)s)

-- name: removal_results
-- Deletes what was computed from a site, and unfinished runs of its history.
with gone as (
    delete from computed_result where %(site_id)s = any(rests_on)
)
delete from backfill where %(site)s = any(sites)

-- name: removal_site
-- Deletes sites; what belongs to them goes with them.
delete from site where site_id = any(%(site_ids)s)
