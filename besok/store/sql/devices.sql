-- name: device_passed
-- Who passed a device, placed or not, in the quarters of an hour that began since a time.
select coalesce(sum(b.people_in), 0)::float8, coalesce(sum(b.people_out), 0)::float8
from device d
join channel c using (device_id)
join flow_bucket b using (channel_id)
where d.external_id = %(device)s and b.bucket >= %(since)s

-- name: devices
-- Devices heard or expected, with their channels and present placements; those of one site, or all.
select d.source, d.external_id as device, coalesce(nullif(d.model, ''), d.heard_model) as model, d.online, d.last_received as heard, d.interval_s,
    d.clock_offset_s, d.clock_flags,
    coalesce((select array_agg(c.key order by c.key) from channel c where c.device_id = d.device_id), '{}') as channels,
    coalesce((
        select jsonb_agg(jsonb_build_object('channel', c.key, 'site', si.slug, 'portal', p.slug, 'space', s.slug,
            'swapped', pl.swapped, 'role', pl.role) order by c.key)
        from channel c
        join placement_now pl on pl.channel_id = c.channel_id
        left join portal p using (portal_id)
        left join space s on s.space_id = pl.space_id
        join site si on si.site_id = coalesce(p.site_id, s.site_id)
        where c.device_id = d.device_id
    ), '[]') as placements
from device d
where %(site)s::text is null or exists (
    select from channel c
    join placement_now pl on pl.channel_id = c.channel_id
    left join portal p using (portal_id)
    left join space s on s.space_id = pl.space_id
    join site si on si.site_id = coalesce(p.site_id, s.site_id)
    where c.device_id = d.device_id and si.slug = %(site)s
)
order by d.source, d.external_id

-- name: known_models
-- What devices said they are, in their own messages.
select source, external_id, heard_model from device where heard_model <> ''

-- name: unplaced
-- Devices with the channels that are heard and observe nothing now, the device heard last first; of each channel the last
-- readings by metric, newest first. Each channel costs some index look-ups, however long its history: only what was sent in its
-- last month is looked for, or each metric that it never sends would be sought in all of it.
with silent as (
    select d.* from device d
    where d.last_received >= %(since)s and exists (select from unassigned_channel c where c.device_id = d.device_id)
    order by d.last_received desc, d.device_id
    limit %(limit)s
)
select d.source, d.external_id as device, coalesce(nullif(d.model, ''), d.heard_model) as model, d.topic,
    min(told.since) as first_heard, d.last_received as heard,
    jsonb_agg(jsonb_build_object('channel', c.key, 'readings', told.readings, 'count', n.number) order by c.key) as channels
from silent d
join unassigned_channel c using (device_id)
cross join lateral (
    select count(*)::int as number from (select from reading r where r.channel_id = c.channel_id limit %(most)s) r
) n
cross join lateral (
    select min(f.time) as since,
        jsonb_agg(jsonb_build_object('metric', m.name, 'value', r.value, 'time', r.time) order by r.time desc, m.code) as readings
    from metric m
    cross join lateral (
        select array_agg(value order by time desc) as values, array_agg(time order by time desc) as times
        from (
            select value, time from reading
            where channel_id = c.channel_id and metric = m.code
                and time > least(c.last_time, c.last_received) - interval '31 days'
            order by time desc limit %(number)s
        ) l
    ) l
    cross join lateral (
        select time from reading
        where channel_id = c.channel_id and metric = m.code and l.times is not null
        order by time limit 1
    ) f
    cross join unnest(l.values, l.times) as r (value, time)
) told
where told.readings is not null
group by d.device_id, d.source, d.external_id, d.model, d.heard_model, d.topic, d.last_received
order by d.last_received desc, d.device_id

-- name: coverage
-- The share of each business day (of today: until now) in which each channel of a site is known to have worked: counters by
-- the periods that their readings tell of, others by their words, each of which holds until the next one, an hour at most (or
-- two of its intervals): many say nothing while nothing changes. Null where readings tell of no period.
with day as (
    select s.site_id, s.slug, g::date as day, (g + s.day_start) at time zone s.timezone as begins,
        least((g + interval '1 day' + s.day_start) at time zone s.timezone, %(now)s) as ends
    from site s
    cross join generate_series(%(first)s::date::timestamp, %(last)s::date::timestamp, interval '1 day') as g
    where s.slug = %(site)s
)
select case when d.source = 'native' then substr(d.external_id, length(day.slug) + 2) else d.external_id end as device,
    c.key as channel, p.slug as portal, z.slug as space, day.day,
    case
        when f.covered_s = 0 and f.quarters > 0 then null
        else least(1, coalesce(f.covered_s, l.covered_s) / extract(epoch from day.ends - day.begins)::float8)
    end as coverage
from day
join placement_now pl on pl.role = 'primary'
join channel c using (channel_id)
join device d using (device_id)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
left join lateral (
    select coalesce(sum(covered_s), 0)::float8 as covered_s, count(*) as quarters from flow_bucket f
    where f.channel_id = c.channel_id and f.bucket >= day.begins and f.bucket < day.ends
        and f.bucket between %(first)s::date - interval '1 day' and %(last)s::date + interval '2 days' -- lets chunks be left out early
) f on p.portal_id is not null
left join lateral (
    select coalesce(sum(extract(epoch from least(until, day.ends) - greatest(bucket, day.begins))), 0)::float8 as covered_s
    from (
        select bucket, least(lead(bucket) over (order by bucket), bucket + holds) as until
        from (select least(greatest(interval '1 hour', 2 * d.interval_s * interval '1 second'), interval '30 days') as holds) h
        cross join lateral (
            select distinct bucket from level_bucket b
            where b.channel_id = c.channel_id and b.bucket >= day.begins - h.holds and b.bucket < day.ends
                and b.bucket between %(first)s::date - interval '31 days' and %(last)s::date + interval '2 days'
                and b.metric between 10 and 29 -- what a place is like; a battery may be heard of where nothing is measured
        ) said
    ) word
    where until > day.begins
) l on z.space_id is not null
where coalesce(p.site_id, z.site_id) = day.site_id and day.ends > day.begins
order by d.external_id, c.key, day.day

-- name: device_describe
-- Notes what the site files say about a device.
update device
set model = %(model)s, interval_s = %(interval_s)s, topics = coalesce(nullif(%(topics)s::text[], '{}'), topics)
where source = %(source)s and external_id = %(external_id)s
