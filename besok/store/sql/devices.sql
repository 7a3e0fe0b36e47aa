-- name: device_metrics
-- What a channel of a device has measured, in the order of the catalogue; also what waits in quarantine.
select m.name
from device d
join channel c using (device_id)
cross join metric m
where d.source = %(source)s and d.external_id = %(device)s and c.key = %(channel)s
    and (exists (select from reading r where r.channel_id = c.channel_id and r.metric = m.code)
        or exists (select from quarantine q where q.channel_id = c.channel_id and q.metric = m.code))
order by m.code

-- name: device_passed
-- Who passed a device, placed or not, in the quarters of an hour that began since a time.
select coalesce(sum(b.people_in), 0)::float8, coalesce(sum(b.people_out), 0)::float8
from device d
join channel c using (device_id)
join flow_bucket b using (channel_id)
where d.external_id = %(device)s and b.bucket >= %(since)s

-- name: devices_today
-- Who went in through doors of a site by its devices since a time, null where nothing was received, and the last state of their
-- battery.
select d.external_id as device,
    (
        select sum(f.people_in)::float8
        from channel c
        join portal_flow f using (channel_id)
        join portal p using (portal_id)
        join site si using (site_id)
        where c.device_id = d.device_id and si.slug = %(site)s and f.bucket >= %(since)s and f.bucket < %(now)s
    ) as entries, pct.last as battery_pct, volts.last as battery_v
from device d
left join lateral (
    select l.last from channel c join level_bucket l using (channel_id)
    where c.device_id = d.device_id and l.metric = 30 and l.bucket >= %(now)s - interval '31 days'
    order by l.bucket desc limit 1
) pct on true
left join lateral (
    select l.last from channel c join level_bucket l using (channel_id)
    where c.device_id = d.device_id and l.metric = 31 and l.bucket >= %(now)s - interval '31 days'
    order by l.bucket desc limit 1
) volts on true
where exists (
    select from channel c
    join placement_now pl using (channel_id)
    left join portal p using (portal_id)
    left join space s on s.space_id = pl.space_id
    join site si on si.site_id = coalesce(p.site_id, s.site_id)
    where c.device_id = d.device_id and si.slug = %(site)s
)

-- name: devices
-- Devices heard or expected, with their channels and present placements; those of one site, or all.
select d.source, d.external_id as device, coalesce(nullif(d.model, ''), d.heard_model) as model, d.online, d.interval_s,
    least(h.heard, (select max(c.last_time) from channel c where c.device_id = d.device_id)) as heard, h.heard as received,
    d.clock_offset_s, d.clock_flags,
    coalesce((select array_agg(c.key order by c.key) from channel c where c.device_id = d.device_id), '{}') as channels,
    coalesce((
        select jsonb_agg(jsonb_build_object('channel', c.key, 'site', si.slug, 'portal', p.slug, 'space', s.slug,
            'swapped', pl.swapped, 'role', pl.role,
            'begins', case when lower(pl.valid) > %(now)s then lower(pl.valid) end) order by c.key)
        from channel c
        cross join lateral (select * from placement_now n where n.channel_id = c.channel_id offset 0) pl -- by index, not all of each
        left join portal p using (portal_id)
        left join space s on s.space_id = pl.space_id
        join site si on si.site_id = coalesce(p.site_id, s.site_id)
        where c.device_id = d.device_id
    ), '[]') as placements
from device d
join device_heard h using (device_id)
where %(site)s::text is null or exists (
    select from channel c
    join placement_now pl on pl.channel_id = c.channel_id
    left join portal p using (portal_id)
    left join space s on s.space_id = pl.space_id
    join site si on si.site_id = coalesce(p.site_id, s.site_id)
    where c.device_id = d.device_id and si.slug = %(site)s
)
order by d.source, d.external_id

-- name: heard_lines
-- The places in use at which lines of each device of a site count, with when anything last came from them.
select distinct source, device, heard, interval_s, name from (
    select d.source, d.external_id as device, max(c.last_received) over place as heard,
        max(d.interval_s) over place as interval_s,
        jsonb_build_object('sv', coalesce(p.name_sv, s.name_sv), 'en', coalesce(p.name_en, s.name_en)) as name
    from placement pl
    join channel c using (channel_id)
    join device d using (device_id)
    left join portal p using (portal_id)
    left join space s on s.space_id = pl.space_id
    join site si on si.site_id = coalesce(p.site_id, s.site_id)
    where si.slug = %(site)s and pl.role = 'primary' and pl.valid @> %(now)s and coalesce(p.valid, s.valid) @> %(now)s
        and coalesce(p.counted, true) and coalesce(coalesce(p.used, s.used) @> %(now)s, true)
    window place as (partition by pl.portal_id, pl.space_id)
) line
where heard is not null
order by device, heard

-- name: known_models
-- What devices said they are, in their own messages.
select source, external_id, heard_model from device where heard_model <> ''

-- name: unplaced
-- Devices with the channels that are heard and observe nothing now, the device heard last first; of each channel the last
-- readings by metric, newest first. Each channel costs some index look-ups, however long its history: only what was sent in its
-- last month is looked for, or each metric that it never sends would be sought in all of it.
with silent as (
    select d.*, h.heard from device d join device_heard h using (device_id)
    where h.heard >= %(since)s and exists (select from unassigned_channel c where c.device_id = d.device_id)
    order by h.heard desc, d.device_id
    limit %(limit)s
)
select d.source, d.external_id as device, coalesce(nullif(d.model, ''), d.heard_model) as model, d.topic,
    min(told.since) as first_heard, d.heard,
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
group by d.device_id, d.source, d.external_id, d.model, d.heard_model, d.topic, d.heard
order by d.heard desc, d.device_id

-- name: coverage
-- The share of each business day (of today: until now) in which each channel of a site is known to have worked: counters by
-- the periods that their readings tell of, others by their words, each of which holds until the next one, an hour at most (or
-- two of its intervals): many say nothing while nothing changes. Null where readings tell of no period, before the first of them,
--- and where there is none while history is being written.
with day as (
    select s.site_id, s.slug, g::date as day, (g + s.day_start) at time zone s.timezone as begins,
        least((g + interval '1 day' + s.day_start) at time zone s.timezone, %(now)s) as ends
    from site s
    cross join generate_series(%(first)s::date::timestamp, %(last)s::date::timestamp, interval '1 day') as g
    where s.slug = %(site)s
),
placed as materialized (
    select d.source, d.external_id, c.channel_id, c.key as channel, p.slug as portal, z.slug as space,
        least(greatest(interval '1 hour', 2 * d.interval_s * interval '1 second'), interval '30 days') as holds,
        least(
            (select min(bucket) from flow_bucket where channel_id = c.channel_id),
            (select min(bucket) from level_bucket where channel_id = c.channel_id)
        ) as begun
    from placement_now pl
    join channel c using (channel_id)
    join device d using (device_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    where pl.role = 'primary' and coalesce(p.site_id, z.site_id) = (select site_id from site where slug = %(site)s)
),
counted as (
    select f.channel_id, ((f.bucket at time zone s.timezone) - s.day_start)::date as day, sum(f.covered_s)::float8 as covered_s
    from site s
    cross join flow_bucket f
    where s.slug = %(site)s and f.channel_id in (select channel_id from placed where portal is not null) and f.bucket < %(now)s
        and f.bucket between %(first)s::date - interval '1 day' and %(last)s::date + interval '2 days' -- lets chunks be left out early
    group by 1, 2
),
word as materialized (
    select channel_id, bucket, least(lead(bucket) over (partition by channel_id order by bucket), bucket + holds) as until
    from (
        select distinct b.channel_id, b.bucket, placed.holds
        from placed
        join level_bucket b using (channel_id)
        where placed.space is not null
            and b.bucket between %(first)s::date - interval '31 days' and %(last)s::date + interval '2 days'
            and b.metric between 10 and 29 -- what a place is like; a battery may be heard of where nothing is measured
    ) said
),
held as (
    select word.channel_id, day.day,
        sum(extract(epoch from least(word.until, day.ends) - greatest(word.bucket, day.begins)))::float8 as covered_s
    from word
    join day on word.bucket < day.ends and word.until > day.begins
    group by word.channel_id, day.day
)
select case when source = 'native' then substr(external_id, length(day.slug) + 2) else external_id end as device,
    channel, portal, space, day.day,
    case
        when counted.covered_s = 0 or begun is null or begun >= day.ends then null
        when coalesce(counted.covered_s, held.covered_s) is null and exists (
            select from backfill where day.slug = any(sites) and noted > %(now)s::timestamptz - interval '15 minutes'
        ) then null
        else least(1, coalesce(counted.covered_s, held.covered_s, 0) / extract(epoch from day.ends - day.begins)::float8)
    end as coverage
from day
cross join placed
left join counted using (channel_id, day)
left join held using (channel_id, day)
where day.ends > day.begins
order by external_id, channel, day.day

-- name: device_describe
-- Notes what the site files say about a device.
update device
set model = %(model)s, interval_s = %(interval_s)s, topics = coalesce(nullif(%(topics)s::text[], '{}'), topics)
where source = %(source)s and external_id = %(external_id)s

-- name: device_mappings
-- The mappings that people have made for devices, in order; only those in force.
select m.mapping_id as id, m.spec as mapping, m.author, m.made, m.replayed, s.slug as site, m.sensors, m.since
from device_mapping m
left join site s using (site_id)
where m.ended is null
order by m.mapping_id

-- name: device_mapping_put
-- Keeps a mapping.
insert into device_mapping (spec, author, made, site_id, sensors, since)
values (%(spec)s, %(author)s, %(now)s, %(site_id)s, %(sensors)s, %(since)s)
returning mapping_id

-- name: device_mapping_end
-- Ends a mapping; what was read by it stays. Returns the channels that had their place from it.
update device_mapping set ended = %(now)s where mapping_id = %(id)s and ended is null returning site_id, sensors

-- name: device_mapping_replayed
-- Notes that the kept messages were read by a mapping.
update device_mapping set replayed = %(now)s where mapping_id = %(id)s

-- name: device_topic
-- The topic on which a device was heard last.
select topic from device join device_heard using (device_id)
where external_id = %(device)s and topic is not null order by heard desc nulls last limit 1

-- name: refuses_simulated
-- Whether messages that say that they are simulated were lately refused for a site: by their topic, or by any that names none.
select exists (
    select from rejected
    where resolved is null and kind = 'simulated' and received >= %(since)s
        and (topic not like 'besok/v1/%%' or split_part(topic, '/', 3) = %(site)s)
) as yes

-- name: rejected_topics
-- The unresolved rejected messages by topic.
select topic, array_agg(rejected_id order by rejected_id) as ids from rejected where resolved is null group by topic

-- name: rejected_payloads
-- The last unresolved messages of given numbers, without those that are too long to be read at once.
select topic, payload from rejected
where rejected_id = any(%(ids)s) and length(payload) <= %(length)s
order by rejected_id desc
limit %(limit)s

-- name: unknown_topics
-- Topics with unresolved messages that ask for a mapping, the one heard last first, each with its last messages.
select t.topic, t.heard, t.count, m.reason, m.payloads
from (
    select topic, max(rejected_id) as last, max(received) as heard, count(*)::int as count
    from rejected
    where resolved is null and position('# values.' in reason) > 0 and (%(topic)s::text is null or topic = %(topic)s)
    group by topic
    order by last desc
    limit %(limit)s
) t
cross join lateral (
    select (array_agg(l.reason order by l.rejected_id desc))[1] as reason,
        array_agg(l.payload order by l.rejected_id desc) as payloads
    from (
        select r.rejected_id, r.reason, substr(r.payload, 1, %(length)s) as payload
        from rejected r
        where hashtext(r.topic) = hashtext(t.topic) and r.topic = t.topic and r.resolved is null and position('# values.' in r.reason) > 0
        order by r.rejected_id desc
        limit %(messages)s
    ) l
) m
order by t.last desc

-- name: placement_since
-- Places a channel from an instant on; without one from the first reading on, or from now if it was placed before.
insert into placement (channel_id, portal_id, space_id, swapped, role, valid)
select %(channel_id)s, %(portal_id)s, %(space_id)s, %(swapped)s, %(role)s,
    tstzrange(case
        when not exists (select from placement where channel_id = %(channel_id)s) then %(since)s::timestamptz
        else greatest(coalesce(%(since)s, %(now)s)::timestamptz,
            (select max(upper(valid)) from placement where channel_id = %(channel_id)s))
    end, null)

-- name: installation_key
-- The key of pseudonyms.
select key from installation

-- name: admission_lock
-- One collector at a time registers new devices.
select pg_advisory_xact_lock(hashtext('besok new devices'))

-- name: registered_channels
-- Those of some devices that are registered, each with its channels.
select d.source, d.external_id, array(select c.key from channel c where c.device_id = d.device_id)
from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
join device d using (source, external_id)

-- name: registered_lately
-- How many devices messages have registered within an hour.
select count(*) from device where registered > %(now)s::timestamptz - interval '1 hour'

-- name: register_heard
-- Registers devices that were never heard before.
insert into device (source, external_id, registered)
select source, external_id, %(now)s from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
order by 1, 2
on conflict do nothing

-- name: pseudonymous_channels
-- The channels of some sources that are known by pseudonyms, or whose devices are.
select d.source, d.external_id, coalesce(c.key, '')
from device d
left join channel c using (device_id)
where d.source = any(%(source)s) and (position('id-' in d.external_id) > 0 or position('id-' in c.key) > 0)

-- name: name_devices
-- Gives devices that are known by their pseudonyms their names.
update device d set external_id = n.name
from unnest(%(source)s::text[], %(pseudonym)s::text[], %(name)s::text[]) as n (source, pseudonym, name)
where d.source = n.source and d.external_id = n.pseudonym
    and not exists (select from device o where o.source = n.source and o.external_id = n.name)

-- name: name_channels
-- The same for lines.
update channel c set key = n.name
from unnest(%(source)s::text[], %(pseudonym)s::text[], %(name)s::text[], %(device)s::text[]) as n (source, pseudonym, name, device)
join device d on d.source = n.source and d.external_id = n.device
where c.device_id = d.device_id and c.key = n.pseudonym
    and not exists (select from channel o where o.device_id = d.device_id and o.key = n.name)

-- name: name_mapped
-- The same in the places that answers have given.
update device_mapping m set sensors = replace(m.sensors::text, to_jsonb(n.pseudonym)::text, to_jsonb(n.name)::text)::jsonb
from unnest(%(pseudonym)s::text[], %(name)s::text[]) as n (pseudonym, name)
where m.ended is null and position(to_jsonb(n.pseudonym)::text in m.sensors::text) > 0

-- name: placed_channels
-- The channels that observe something, or did: their names were given by people.
select source, external_id, key from device join channel c using (device_id)
where exists (select from placement pl where pl.channel_id = c.channel_id)

-- name: stored_names
-- Every device with the topics it was heard on, and its lines.
select d.device_id, d.source, d.external_id, d.topic, d.heard_on, c.channel_id, c.key
from device d
left join channel c using (device_id)
order by d.device_id, c.channel_id

-- name: store_device_name
-- Stores the names of a device and its topics; another device keeps a name that it has.
update device d set topic = %(topic)s, heard_on = %(heard)s::text[], external_id = case when exists (
    select from device o where o.source = d.source and o.external_id = %(device)s
) then d.external_id else %(device)s end
where d.device_id = %(id)s

-- name: store_channel_name
-- Stores the name of a line.
update channel c set key = %(key)s
where c.channel_id = %(id)s
    and not exists (select from channel o where o.device_id = c.device_id and o.key = %(key)s)

-- name: learn_topics
-- Notes topics on which devices were heard that are not bound: not placed, or placed and never heard; of each device a few.
update device d set heard_on = d.heard_on || n.topics
from (
    select o.device_id, array_agg(h.topic order by h.place) as topics
    from unnest(%(source)s::text[], %(device)s::text[], %(topic)s::text[]) with ordinality
        as h (source, external_id, topic, place)
    join device o using (source, external_id)
    where h.topic <> all(o.heard_on) and cardinality(o.topics) = 0 and cardinality(o.heard_on) < 20
    group by o.device_id
    order by o.device_id
) n
where d.device_id = n.device_id and (cardinality(d.heard_on) = 0 or not exists (
    select from channel c join placement_now pl using (channel_id) where c.device_id = d.device_id
))

-- name: bound_topics
-- The topics that devices are bound to.
select d.source, d.external_id, case when cardinality(d.topics) > 0 then d.topics else d.heard_on end
from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
join device d using (source, external_id)

-- name: bindings
-- What placed devices are bound to: topics of the site file or a command, else those on which they were heard.
select source, external_id, topics, heard_on from device d
where exists (
    select from channel c join placement_now pl using (channel_id) where c.device_id = d.device_id
)

-- name: set_topics
-- Binds a device to topics; to none: to those on which it is heard next.
update device set topics = %(topics)s::text[], heard_on = '{}' where external_id = %(device)s

-- name: topics_of
-- What the devices of a name are bound to, by the site file or a command, and on which topics they were heard.
select source, topics, heard_on from device where external_id = %(device)s order by source

-- name: device_names
-- The names of all devices, and the topics on which they were heard.
select external_id, coalesce(topic, '') from device

-- name: codecs
-- Every codec, by name.
select vendor, model, source, sha256, added, added_by from codec order by lower(vendor), lower(model)

-- name: codec_put
-- Add a codec, or replace the one of the same name.
insert into codec (vendor, model, source, sha256, added, added_by)
values (%(vendor)s, %(model)s, %(source)s, %(sha256)s, %(now)s, %(author)s)
on conflict (lower(vendor), lower(model)) do update
set vendor = excluded.vendor, model = excluded.model, source = excluded.source, sha256 = excluded.sha256, added = excluded.added,
    added_by = excluded.added_by
where codec.sha256 <> excluded.sha256

-- name: codec_delete
-- Take a codec out.
delete from codec where lower(vendor) = lower(%(vendor)s) and lower(model) = lower(%(model)s)

-- name: receive_token_add
-- Keeps the hash of a new token; nothing if the name is taken.
insert into receive_token (name, digest, devices, created)
values (%(name)s, %(digest)s, %(devices)s, %(now)s)
on conflict (name) do nothing

-- name: receive_tokens
-- Every token that may be used, by name.
select name, digest, devices, created from receive_token order by name

-- name: receive_token_remove
-- Forgets a token: nobody can send with it any more.
delete from receive_token where name = %(name)s
