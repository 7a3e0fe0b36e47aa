-- name: register_devices
-- Registers devices that were never heard before; a device nobody placed is kept all the same.
insert into device (source, external_id)
select distinct source, external_id from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
order by 1, 2
on conflict do nothing

-- name: register_channels
-- Registers channels of known devices that were never heard before.
insert into channel (device_id, key)
select distinct d.device_id, w.key
from unnest(%(source)s::text[], %(device)s::text[], %(key)s::text[]) as w (source, external_id, key)
join device d using (source, external_id)
order by 1, 2
on conflict do nothing

-- name: find_channels
-- The ids of channels and their devices by source, device and key.
select d.source, d.external_id, c.key, c.channel_id, d.device_id
from unnest(%(source)s::text[], %(device)s::text[], %(key)s::text[]) as w (source, external_id, key)
join device d using (source, external_id)
join channel c using (device_id, key)

-- name: lock_channels
-- Locks channels, and the portals they observe, in one order, so that two writers cannot recompute the same bucket at once.
-- Returns how many channels there are.
with locked as materialized (
    select channel_id from channel where channel_id = any(%(channels)s) order by channel_id for no key update
), doors as materialized (
    select portal_id from portal
    where portal_id in (select pl.portal_id from placement pl join locked using (channel_id))
    order by portal_id
    for no key update
)
select (select count(*) from locked), (select count(*) from doors)

-- name: insert_readings
-- Inserts readings; the same key with another value is a correction and replaces, but what is simulated (flag 8) never
-- replaces what a device measured. What tells of a voided time is flagged (16). Returns what is new or changed, by
-- channel, metric and quarter of an hour: from when to when that happened which it tells (with the longer of the old and the
-- new period, since both mark buckets to recompute), and how many readings it is.
with changed as (
    insert into reading as r (channel_id, metric, time, value, period_s, flags, received)
    select w.channel, w.metric, w.time, w.value, w.period_s, case
        when exists (select from voided_time where undone is null) and exists (
            select from channel c join voided_time v using (device_id)
            where c.channel_id = w.channel and v.undone is null and is_voided(w.time, w.period_s, w.value, v.during, v.above)
        ) then w.flags | 16::smallint else w.flags
    end, w.received
    from unnest(%(channel)s::int[], %(metric)s::smallint[], %(time)s::timestamptz[], %(value)s::float8[],
        %(period_s)s::float4[], %(flags)s::smallint[], %(received)s::timestamptz[])
        as w (channel, metric, time, value, period_s, flags, received)
    on conflict (channel_id, metric, time) do update
    set value = excluded.value, period_s = excluded.period_s, flags = excluded.flags, received = excluded.received
    where (r.value, r.period_s, r.flags & 8) is distinct from (excluded.value, excluded.period_s, excluded.flags & 8)
        and (r.flags & 8 <> 0 or excluded.flags & 8 = 0)
    returning channel_id, metric, time, case when xmax = 0 then period_s else greatest(period_s, (
        select old.period_s from reading old -- the statement sees the row as it was before
        where old.channel_id = r.channel_id and old.metric = r.metric and old.time = r.time
    )) end as period_s
)
select channel_id, metric, min(time - period_s * interval '1 second') as first, max(time) as last, count(*) as readings
from changed
group by channel_id, metric, time_bucket('15 minutes', time)

-- name: channel_heard
-- Notes when channels were last heard, which of them send running totals, and where those begin again at zero.
update channel c
set last_time = greatest(c.last_time, h.time), last_received = greatest(c.last_received, h.received),
    has_totals = c.has_totals or h.totals, wraps = case when h.wraps > 0 then h.wraps else c.wraps end
from unnest(%(channel)s::int[], %(time)s::timestamptz[], %(received)s::timestamptz[], %(totals)s::boolean[],
    %(wraps)s::bigint[]) as h (channel_id, time, received, totals, wraps)
where c.channel_id = h.channel_id

-- name: device_heard
-- Notes when, on which topic and as what devices were last heard, and how far their clocks are from ours (as far as that
-- is known).
update device d
set last_received = h.received, clock_offset_s = coalesce(h.offset_s, d.clock_offset_s),
    clock_flags = case when h.offset_s is null then d.clock_flags else h.flags end,
    topic = coalesce(h.topic, d.topic), heard_model = coalesce(nullif(h.model, ''), d.heard_model)
from (select * from unnest(%(device)s::int[], %(received)s::timestamptz[], %(offset_s)s::float8[], %(flags)s::smallint[],
          %(topic)s::text[], %(model)s::text[])
      as h (device_id, received, offset_s, flags, topic, model) order by 1) h
where d.device_id = h.device_id and (d.last_received is null or d.last_received <= h.received)

-- name: device_status
-- Notes that a device came or went, registering it if it is new.
insert into device as d (source, external_id, online, online_changed)
values (%(source)s, %(device)s, %(online)s, %(received)s)
on conflict (source, external_id) do update set online = excluded.online, online_changed = excluded.online_changed
where d.online is distinct from excluded.online
    and (d.online_changed is null or d.online_changed <= excluded.online_changed)

-- name: notify
-- Tells listeners.
select pg_notify(%(channel)s, %(payload)s)
