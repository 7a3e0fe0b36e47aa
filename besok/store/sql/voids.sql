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
