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
-- Notes on which topic and as what devices were last heard, how far their clocks are from ours (as far as that is known, to five
-- seconds), and when, unless their channels tell (device_heard). What is as it was is not written again.
update device d
set last_received = h.received, clock_offset_s = coalesce(h.offset_s, d.clock_offset_s),
    clock_flags = case when h.offset_s is null then d.clock_flags else h.flags end,
    topic = coalesce(h.topic, d.topic), heard_model = coalesce(nullif(h.model, ''), d.heard_model)
from (select * from unnest(%(device)s::int[], %(received)s::timestamptz[], %(offset_s)s::float8[], %(flags)s::smallint[],
          %(topic)s::text[], %(model)s::text[])
      as h (device_id, received, offset_s, flags, topic, model) order by 1) h
where d.device_id = h.device_id and (d.last_received is null or d.last_received <= h.received)
    and not exists (select from channel c where c.device_id = h.device_id and c.last_received > h.received)
    and (
        h.topic <> coalesce(d.topic, '') or h.model not in ('', d.heard_model)
        or h.offset_s is not null and (h.flags <> d.clock_flags or abs(h.offset_s - d.clock_offset_s) <= 5 is not true)
        or not exists (select from channel c where c.device_id = h.device_id and c.last_received = h.received)
    )

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

-- name: seen_enter
-- Enters messages as seen; returns those that are new. In one order, so that two writers wait and never deadlock.
insert into seen as s (scope, mark, digest, received, forget)
select * from unnest(%(scope)s::text[], %(mark)s::text[], %(digest)s::bytea[], %(received)s::timestamptz[],
    %(forget)s::timestamptz[])
order by 1, 2, 3
on conflict (scope, mark, digest) do update set received = excluded.received, forget = excluded.forget
where s.forget < excluded.received
returning scope, mark, digest

-- name: seen_forget
-- Forgets the messages whose time has passed.
delete from seen where forget < %(now)s

-- name: seen_forget_scopes
-- Forgets the messages of these scopes, or those received before an instant.
delete from seen where scope = any(%(scopes)s) and (%(before)s::timestamptz is null or received < %(before)s)

-- name: seen_packets
-- Forgets the messages that had the packet ids of these deliveries before, and those whose ids are given out again next
-- (in the ranges `first` to `last` of a scope). A delivery that is only written once more, with its receipt, stays.
with ahead as (
    delete from seen s using unnest(%(first)s::text[], %(last)s::text[]) as r (first, last)
    where s.scope = %(latest)s and s.mark between r.first and r.last
)
delete from seen s
using unnest(%(scope)s::text[], %(mark)s::text[], %(digest)s::bytea[], %(received)s::timestamptz[])
    as d (scope, mark, digest, received)
where s.scope = d.scope and s.mark = d.mark and (s.digest <> d.digest or s.received <> d.received)

-- name: insert_rejected
-- Keeps messages nobody could read, whole, with the reason; once, if they are written again with their receipt.
insert into rejected (received, topic, payload, retained, reason, kind, redacted)
select n.received, n.topic, n.payload, n.retained, n.reason, n.kind, true
from (
    select distinct on (received, topic, payload) *
    from unnest(%(received)s::timestamptz[], %(topic)s::text[], %(payload)s::bytea[], %(retained)s::boolean[],
        %(reason)s::text[], %(kind)s::text[]) with ordinality as o (received, topic, payload, retained, reason, kind, place)
    order by received, topic, payload, place
) as n
where not exists (
    select from rejected r where r.received = n.received and r.topic = n.topic and r.payload = n.payload
)
order by n.place

-- name: rejected
-- Rejected messages that are still unread, newest first.
select rejected_id as id, received, topic, reason, kind, substr(payload, 1, %(length)s) as payload, length(payload) as size
from rejected
where resolved is null and (%(before)s::bigint is null or rejected_id < %(before)s)
order by rejected_id desc
limit %(limit)s

-- name: rejected_alike
-- The newest rejected messages that are still unread by topic, class and whether their reason asks: the last of each, with
-- how many.
select g.count, g.asks, r.rejected_id as id, r.received, r.topic, r.reason, r.kind, substr(r.payload, 1, %(length)s) as payload,
    length(r.payload) as size
from (
    select max(rejected_id) as last, count(*)::int as count, position('# values.' in reason) > 0 as asks
    from (
        select rejected_id, topic, kind, reason from rejected
        where resolved is null
        order by rejected_id desc
        limit %(among)s
    ) newest
    group by topic, kind, asks
    order by last desc
    limit %(limit)s
) g
join rejected r on r.rejected_id = g.last
order by g.last desc

-- name: rejected_fetch
-- Unresolved rejected messages, oldest first.
select rejected_id, received, topic, payload, retained from rejected
where resolved is null and rejected_id > %(after)s and (%(ids)s::bigint[] is null or rejected_id = any(%(ids)s))
order by rejected_id
limit %(limit)s

-- name: rejected_unredacted
-- Messages that an older version has kept, oldest first.
select rejected_id, received, topic, payload, retained, reason from rejected
where not redacted
order by rejected_id
limit 100

-- name: rejected_redact
-- Keeps less of a message.
update rejected set topic = %(topic)s, payload = %(payload)s, reason = %(reason)s, redacted = true
where rejected_id = %(id)s

-- name: rejected_forget
-- Forgets messages that nobody could read and that nobody will read any more.
delete from rejected where received < %(before)s

-- name: rejected_resolve
-- Marks rejected messages as read after all.
update rejected set resolved = %(now)s where rejected_id = any(%(ids)s) and resolved is null

-- name: rejected_trim
-- Keeps at most so many rejected messages, and so many bytes of them: those that were read after all go first, and of each
-- the oldest.
delete from rejected where rejected_id in (
    select rejected_id from (
        select rejected_id, row_number() over w as number, sum(length(payload)) over w as bytes
        from rejected
        window w as (order by resolved is not null, rejected_id desc)
    ) r
    where number > %(most)s or bytes > %(bytes)s
)
