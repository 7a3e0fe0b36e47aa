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
select site_id from site where slug = %(site)s for no key update

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
    (select count(*) from count_import where site_id = %(site_id)s)::int as imports,
    (select count(*) from closed_period where site_id = %(site_id)s)::int as periods,
    (select count(*) from manual_count m join portal p using (portal_id) where p.site_id = %(site_id)s)::int as counts,
    (select count(*) from headcount h join space z using (space_id) where z.site_id = %(site_id)s)::int as headcounts,
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

-- name: void_devices
-- The devices of a name, as `besok device list` shows it, with their channels and the sites where they are or were placed.
select d.device_id, d.source, d.external_id as device,
    coalesce((select array_agg(c.channel_id order by c.channel_id) from channel c where c.device_id = d.device_id), '{}') as channels,
    coalesce((
        select array_agg(distinct s.slug) from channel c
        join placement pl using (channel_id)
        left join portal p on p.portal_id = pl.portal_id
        left join space z on z.space_id = pl.space_id
        join site s on s.site_id = coalesce(p.site_id, z.site_id)
        where c.device_id = d.device_id
    ), '{}') as sites
from device d
where d.external_id = %(device)s and (%(source)s = '' or d.source = %(source)s)
order by d.source

-- name: void_counts
-- How many readings that count now tell of a time, and how many people passed by those that tell of people since the last one.
select count(*)::int as readings, coalesce(sum(r.value) filter (where r.metric in (1, 2, 5)), 0)::float8 as people,
    min(r.time) as first, max(r.time) as last
from reading r
where r.channel_id = any(%(channels)s) and r.time >= %(first)s and r.time < %(last)s::timestamptz + interval '7 days'
    and is_voided(r.time, r.period_s, r.value, tstzrange(%(first)s, %(last)s), %(above)s) and r.flags & 16 = 0

-- name: void_covered
-- Whether voids in force leave nothing of a time of a device to void.
select coalesce(range_agg(during) @> tstzrange(%(first)s, %(last)s), false) from voided_time
where device_id = %(device_id)s and undone is null and (above is null or above <= %(above)s)

-- name: void_expired
-- Up to when readings of channels are deleted, if that is later than a time.
select max(expired) from channel where channel_id = any(%(channels)s) and expired > %(first)s

-- name: void_add
-- A time of a device is voided.
insert into voided_time (device_id, during, above, reason, author, made, readings, people)
values (%(device_id)s, tstzrange(%(first)s, %(last)s), %(above)s, %(reason)s, %(author)s, %(now)s, %(readings)s, %(people)s)
returning void_id

-- name: void_lock
-- A voided time, locked, with the channels of its device.
select v.device_id, lower(v.during) as first, upper(v.during) as last, v.above, v.undone is not null as undone,
    coalesce((select array_agg(channel_id order by channel_id) from channel c where c.device_id = v.device_id), '{}') as channels
from voided_time v where v.void_id = %(id)s
for update

-- name: void_undo
-- A voided time counts again.
update voided_time set undone = %(now)s, undone_by = %(author)s, undone_why = %(reason)s where void_id = %(id)s

-- name: void_mark
-- Flags readings that tell of a time (16) where they tell of one that is voided now, and takes the flag from the others.
update reading r set flags = r.flags # 16::smallint
where r.channel_id = any(%(channels)s) and r.time >= %(first)s and r.time < %(last)s::timestamptz + interval '7 days'
    and is_voided(r.time, r.period_s, r.value, tstzrange(%(first)s, %(last)s), %(above)s)
    and (r.flags & 16 <> 0) <> exists (
        select from voided_time v
        where v.device_id = %(device_id)s and v.undone is null and is_voided(r.time, r.period_s, r.value, v.during, v.above)
    )

-- name: void_ranges
-- The time of each channel whose buckets change with a voided time: that of all readings that tell of it, and of running
-- totals from the last reading before it to the first one after it.
select c.channel_id, least(%(first)s, told.first, before.time) as first, greatest(%(last)s, told.last, after.time) as last
from channel c
left join lateral (
    select min(r.time - r.period_s * interval '1 second') as first, max(r.time) as last
    from reading r
    where r.channel_id = c.channel_id and r.time >= %(first)s and r.time < %(last)s::timestamptz + interval '7 days'
        and is_voided(r.time, r.period_s, r.value, tstzrange(%(first)s, %(last)s), %(above)s)
) told on true
left join lateral (
    select min(r.time) as time
    from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
    cross join lateral (
        select time from reading
        where channel_id = c.channel_id and metric = m.metric and flags & 16 = 0
            and time < %(first)s and time >= %(first)s::timestamptz - interval '400 days'
        order by time desc limit 1
    ) r
    where c.has_totals
) before on true
left join lateral (
    select max(r.time) as time
    from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
    cross join lateral (
        select time from reading
        where channel_id = c.channel_id and metric = m.metric and flags & 16 = 0
            and time >= %(last)s and time < %(last)s::timestamptz + interval '400 days'
        order by time limit 1
    ) r
    where c.has_totals
) after on true
where c.channel_id = any(%(channels)s)

-- name: voids
-- What was voided of the devices that are or were placed in a site (all sites: of all devices), the last first.
select v.void_id as id, d.source, d.external_id as device, lower(v.during) as first, upper(v.during) as last, v.above, v.reason, v.author,
    v.made, v.readings, v.people, v.undone, v.undone_by, v.undone_why
from voided_time v
join device d using (device_id)
where %(site)s::text is null or exists (
    select from channel c
    join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where c.device_id = d.device_id and s.slug = %(site)s
)
order by v.made desc, v.void_id desc

-- name: expiry_until
-- Up to when readings may be deleted: whole days in UTC, all of which are stored. None that waits to be estimated again, or of
-- which minutes are kept, since these are estimated from readings.
select date_trunc('day', least(
    %(before)s::timestamptz,
    (select min((d.day + s.day_start) at time zone s.timezone) from dirty_day d join site s using (site_id)),
    (select min(m.time) from space z cross join lateral (
        select time from occupancy_minute where space_id = z.space_id order by time limit 1
    ) m)
), 'UTC')

-- name: expiry_channels
-- The channels with readings from before a time, and when the first of each was.
select c.channel_id, min(r.time)
from channel c
cross join metric m
cross join lateral (
    select time from reading
    where channel_id = c.channel_id and metric = m.code and time < %(until)s
    order by time limit 1
) r
group by c.channel_id
order by c.channel_id

-- name: expiry_mark
-- From now on the readings of a channel from before a time are as good as deleted. Waits for whoever is writing of it.
update channel set expired = greatest(expired, %(until)s) where channel_id = %(channel)s

-- name: expiry_readings
-- Deletes readings of a channel between two times. The last running total of each kind before `until` stays: the next one is
-- differenced against it.
with kept as materialized (
    select m.metric, l.time
    from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
    cross join lateral (
        select time from reading
        where channel_id = %(channel)s and metric = m.metric and flags & 16 = 0 and time < %(until)s
        order by time desc limit 1
    ) l
)
delete from reading r
where r.channel_id = %(channel)s and r.time >= %(first)s and r.time < %(last)s
    and not exists (select from kept k where k.metric = r.metric and k.time = r.time)

-- name: expiry_readings_held
-- How many readings are from before a time, and when the first was.
select count(*), min(time) from reading where time < %(until)s

-- name: expiry_quarantine
-- Deletes readings in quarantine from before a time, whatever was decided about them.
delete from quarantine where time < %(until)s

-- name: expiry_quarantine_held
-- How many readings in quarantine are from before a time, and when the first was.
select count(*), min(time) from quarantine where time < %(until)s

-- name: minutes_held
-- How many minute figures are older, and when the first was.
select count(*), min(time) from occupancy_minute where time < %(before)s

-- name: rejected_held
-- How many rejected messages are older, and when the first came.
select count(*), min(received) from rejected where received < %(before)s

-- name: sessions_held
-- How many sessions are over, and when the first of them ended.
select count(*), min(expires) from session where expires < %(before)s

-- name: audit_delete
-- Deletes entries of the audit that are older.
select delete_audit(%(before)s)

-- name: audit_held
-- How many entries of the audit are older, and when the first was made.
select count(*), min(at) from audit where at < %(before)s

-- name: authors_columns
-- Where those who counted are named, with the time of each.
select relation, field, expires from personal_column where expires is not null order by relation, field

-- name: authors_held
-- How many authors of a column are older, and when the first wrote.
select count(*), min({expires}) from {relation} where {expires} < %(before)s and {field} <> %(erased)s

-- name: authors_erase
-- Puts a neutral word in place of the authors of a column that are older.
update {relation} set {field} = %(erased)s where {expires} < %(before)s and {field} <> %(erased)s

-- name: personal_columns
-- Where people's names may stand, each with its type.
select p.relation, p.field, p.holds, p.link, i.data_type in ('json', 'jsonb') as json
from personal_column p
join information_schema.columns i on i.table_schema = 'public' and i.table_name = p.relation and i.column_name = p.field
order by p.relation, p.field

-- name: personal_texts
-- Every text of a column, once.
select distinct {field}::text from {relation} where {field} is not null and {here}

-- name: personal_count
-- How many rows hold a text.
select count(*) from {relation} where {field}::text = %(was)s and {here}

-- name: personal_replace
-- Puts another text in place of one.
update {relation} set {field} = %(text)s where {field}::text = %(was)s and {here}

-- name: personal_messages
-- Rejected messages, read and unread.
select rejected_id, topic, reason, payload from rejected

-- name: personal_messages_delete
-- Deletes rejected messages.
delete from rejected where rejected_id = any(%(ids)s)

-- name: personal_devices
-- Devices that no site has ever placed, with all that they and their lines are called.
select d.source, d.external_id, array_to_string(
    array[d.external_id, d.heard_model, d.topic] || d.topics || d.heard_on
    || array(select c.key from channel c where c.device_id = d.device_id), ' ')
from device d
where not exists (select from channel c join placement pl using (channel_id) where c.device_id = d.device_id)
order by d.device_id

-- name: personal_audit_open
-- Lets the owner change the audit in this transaction.
alter table audit disable trigger audit_only_grows

-- name: personal_audit_close
-- The audit only grows again.
alter table audit enable trigger audit_only_grows

-- name: personal_here_site
-- Rows that name a site.
site = %(site)s

-- name: personal_here_site_id
-- Rows of a site.
site_id = (select site_id from site where slug = %(site)s)

-- name: personal_here_space_id
-- Rows about the spaces of a site.
space_id in (select space_id from space join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_portal_id
-- Rows about the passages of a site.
portal_id in (select portal_id from portal join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_action_id
-- Rows about the actions of a site.
action_id in (select action_id from action join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_event_id
-- Rows about the programme of a site.
event_id in (select event_id from programme_event join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_finding_id
-- Rows about the findings of a site.
finding_id in (select finding_id from finding join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_import_id
-- Rows about the imports of a site.
import_id in (select import_id from count_import join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_device_id
-- Rows about devices that are or were placed in a site.
device_id in (
    select c.device_id from channel c
    join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where s.slug = %(site)s
)

-- name: personal_here_decision_id
-- Rows about the quarantine of devices that are or were placed in a site.
decision_id in (
    select q.decision_id from quarantine q
    join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where s.slug = %(site)s
)
