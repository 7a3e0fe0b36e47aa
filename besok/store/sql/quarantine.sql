-- name: channel_limits
-- What each of some channels may send: how old a reading may be, since when readings are kept, how many people can pass in a quarter of an hour, and the
-- quarters between two times that are withheld as a whole. Two people a second and metre of width is more than was ever
-- observed at a bottleneck; a door of unknown width is taken for 1.5 m. docs/decisions/021 has where the three times are from.
select c.channel_id, coalesce(s.late_days, 7) * interval '1 day' as late,
    least(1800 * coalesce(p.width_m, 1.5), case when c.usual_quarter is not null then greatest(100, 3 * c.usual_quarter) end) as people,
    c.expired, array(
        select distinct time_bucket('15 minutes', case when q.period_s > 0 then q.time - interval '1 microsecond' else q.time end)
        from quarantine q
        left join quarantine_decision d using (decision_id)
        where q.channel_id = c.channel_id and q.cause = 'flood' and q.time between %(first)s and %(last)s
            and d.decision is distinct from 'released'
    ) as withheld
from channel c
left join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
left join site s on s.site_id = coalesce(p.site_id, z.site_id)
where c.channel_id = any(%(channels)s)

-- name: learn_quarters
-- Notes the most people in a quarter of an hour of the last 91 days, of all channels or of some.
update channel c set usual_quarter = h.people
from (
    select b.channel_id, max(greatest(b.people_in, b.people_out)) as people
    from flow_bucket b
    where b.bucket >= %(now)s::timestamptz - interval '91 days' and b.bucket < %(now)s
        and (%(channels)s::int[] is null or b.channel_id = any(%(channels)s))
    group by b.channel_id
    having count(distinct b.bucket::date) >= 14
) h
where h.channel_id = c.channel_id and c.usual_quarter is distinct from h.people

-- name: quarantine_put
-- Keeps readings in quarantine, once. What a person has decided about the same reading stays as it is.
insert into quarantine (channel_id, metric, time, value, period_s, flags, received, wraps, cause)
select * from unnest(%(channel)s::int[], %(metric)s::smallint[], %(time)s::timestamptz[], %(value)s::float8[],
    %(period_s)s::float4[], %(flags)s::smallint[], %(received)s::timestamptz[], %(wraps)s::bigint[], %(cause)s::text[])
on conflict do nothing

-- name: quarter_released
-- Whether a person has let a quarter of an hour of a channel count as it is.
select exists (
    select from quarantine q join quarantine_decision d using (decision_id)
    where q.channel_id = %(channel)s and q.cause = 'flood' and d.decision = 'released' and d.undone is null
        and q.time between %(first)s and %(last)s
)

-- name: quarter_deltas
-- The readings of people since the last one that tell of a quarter of an hour, but for simulated ones (flag 8) and voided ones (16).
select metric, time, value, period_s, flags from reading
where channel_id = %(channel)s and metric in (1, 2, 5) and flags & 24 = 0
    and time >= %(first)s and time <= %(last)s::timestamptz + interval '7 days'
    and case when period_s > 0 then time > %(first)s and time - period_s * interval '1 second' < %(last)s else time < %(last)s end
order by time

-- name: quarter_totals
-- The running totals of one metric in a quarter of an hour, with a hundred before it and the first one after it.
(select time, value from reading
 where channel_id = %(channel)s and metric = %(metric)s and flags & 16 = 0 and time < %(first)s
    and time >= %(first)s::timestamptz - interval '35 days'
 order by time desc limit 100)
union all
select time, value from reading
where channel_id = %(channel)s and metric = %(metric)s and flags & 16 = 0 and time >= %(first)s and time < %(last)s
union all
(select time, value from reading
 where channel_id = %(channel)s and metric = %(metric)s and flags & 16 = 0 and time >= %(last)s order by time limit 1)
order by time

-- name: heard_before
-- When a channel last told of people before a time.
select max(time) from reading
where channel_id = %(channel)s and metric <= 6 and flags & 16 = 0 and time < %(first)s and time >= %(first)s::timestamptz - interval '35 days'

-- name: quarantine_take
-- Takes readings out of those that count, into quarantine; returns the time in which figures change.
with gone as (
    delete from reading r
    using unnest(%(metric)s::smallint[], %(time)s::timestamptz[]) as w (metric, time)
    where r.channel_id = %(channel)s and r.metric = w.metric and r.time = w.time
    returning r.*
), kept as (
    insert into quarantine (channel_id, metric, time, value, period_s, flags, received, wraps, cause)
    select g.channel_id, g.metric, g.time, g.value, g.period_s, g.flags, g.received, c.wraps, %(cause)s
    from gone g join channel c using (channel_id)
    on conflict do nothing
)
select g.channel_id, least(min(g.time - g.period_s * interval '1 second'), min(t.before)) as first,
    greatest(max(g.time), max(t.after)) as last
from gone g
cross join lateral total_neighbours(g.channel_id, g.metric, g.time) t
group by g.channel_id, g.metric, time_bucket('15 minutes', g.time)

-- name: quarantine_groups
-- What waits for a decision at a site (all: of every device; of devices without a place, at each site), by channel and cause.
select d.source, d.external_id as device, c.key as channel, q.cause, s.slug as site, p.slug as portal, count(*)::int as readings,
    min(q.time) as first, max(q.time) as last, min(q.received) as first_received, max(q.received) as last_received,
    sum(q.value) filter (where q.metric in (1, 2, 5)) as people, max(q.quarantine_id) as until
from quarantine q
join channel c using (channel_id)
join device d using (device_id)
left join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
left join site s on s.site_id = coalesce(p.site_id, z.site_id)
where q.decision_id is null and (%(site)s::text is null or s.slug = %(site)s or s.slug is null)
group by d.source, d.external_id, c.key, q.cause, s.slug, p.slug
order by max(q.received) desc, 2, 3, 4

-- name: quarantine_decisions
-- What people have decided about readings of a site, or of all, the last first.
select k.decision_id as id, k.decision, k.author, k.reason, k.made, k.undone, k.undone_by, k.device, k.readings
from quarantine_decision k
where %(site)s::text is null or exists (
    select from channel c
    join device d using (device_id)
    join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where d.external_id = k.device and s.slug = %(site)s
)
order by k.decision_id desc
limit 100

-- name: quarantine_channels
-- The channels with readings that wait for a decision, of a device; at a site those that observe it, and those without a place.
select distinct q.channel_id
from quarantine q
join channel c using (channel_id)
join device d using (device_id)
left join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
left join site s on s.site_id = coalesce(p.site_id, z.site_id)
where q.decision_id is null and d.external_id = %(device)s and (%(source)s::text is null or d.source = %(source)s)
    and (%(channel)s::text is null or c.key = %(channel)s)
    and (%(site)s::text is null or coalesce(s.slug, %(site)s) = %(site)s)

-- name: quarantine_decide
-- A person decides about readings.
insert into quarantine_decision (decision, author, reason, made, device, readings)
values (%(decision)s, %(author)s, %(reason)s, %(now)s, %(device)s, 0)
returning decision_id

-- name: quarantine_choose
-- Puts the waiting readings of channels under a decision.
update quarantine q set decision_id = %(decision_id)s
where q.decision_id is null and q.channel_id = any(%(channels)s) and (%(cause)s::text is null or q.cause = %(cause)s)
    and (%(first)s::timestamptz is null or q.time >= %(first)s) and (%(last)s::timestamptz is null or q.time < %(last)s)
    and (%(until)s::bigint is null or q.quarantine_id <= %(until)s)

-- name: quarantine_expired
-- Of a decision about quarantine: up to when readings of its channels are deleted, where it is about some of that time, and how
-- many of its readings are kept.
select max(c.expired) filter (where q.time - q.period_s * interval '1 second' < c.expired), count(*)
from quarantine q join channel c using (channel_id)
where q.decision_id = %(decision_id)s

-- name: quarantine_decided_before
-- The last earlier decision in force about such readings; at a site, of channels that observe it, and of those without a place.
select k.decision, k.author, k.made, k.readings
from quarantine_decision k
where k.undone is null and k.device = %(device)s and k.decision_id < %(decision_id)s and exists (
    select from quarantine q
    join channel c using (channel_id)
    join device d using (device_id)
    left join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    left join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where q.decision_id = k.decision_id and d.external_id = k.device and (%(source)s::text is null or d.source = %(source)s)
        and (%(channel)s::text is null or c.key = %(channel)s) and (%(cause)s::text is null or q.cause = %(cause)s)
        and (%(first)s::timestamptz is null or q.time >= %(first)s) and (%(last)s::timestamptz is null or q.time < %(last)s)
        and (%(until)s::bigint is null or q.quarantine_id <= %(until)s)
        and (%(site)s::text is null or coalesce(s.slug, %(site)s) = %(site)s)
)
order by k.decision_id desc
limit 1

-- name: quarantine_chosen
-- Notes how many readings a decision is about.
update quarantine_decision set readings = %(readings)s where decision_id = %(decision_id)s

-- name: quarantine_of
-- The readings of a decision as they were sent: of several at the same time the last one, as ever.
select distinct on (q.channel_id, q.metric, q.time) q.channel_id as channel, q.metric, q.time, q.value, q.period_s, q.flags,
    q.received, c.device_id as device, q.wraps
from quarantine q join channel c using (channel_id)
where q.decision_id = %(decision_id)s
order by q.channel_id, q.metric, q.time, q.received desc, q.quarantine_id desc

-- name: quarantine_replaced
-- Remembers the readings whose place the released ones take.
update quarantine q set replaced = to_jsonb(r)
from reading r
where q.decision_id = %(decision_id)s and r.channel_id = q.channel_id and r.metric = q.metric and r.time = q.time

-- name: decision_lock
-- A decision, locked; of a site, or of any.
select decision, undone is not null, readings from quarantine_decision k
where decision_id = %(decision_id)s and (%(site)s::text is null or not exists (
    select from quarantine q
    join placement pl on pl.channel_id = q.channel_id and upper_inf(pl.valid)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where q.decision_id = k.decision_id and s.slug <> %(site)s
))
for update

-- name: decision_channels
-- The channels that a decision is about.
select distinct channel_id from quarantine where decision_id = %(decision_id)s

-- name: quarantine_restore
-- Takes released readings back, as far as they count still, and puts those in place that they replaced; returns the time in
-- which figures change.
with mine as (
    select distinct on (channel_id, metric, time) * from quarantine where decision_id = %(decision_id)s
    order by channel_id, metric, time, received desc, quarantine_id desc
), here as (
    select m.*, r.period_s as counted_s from mine m
    join reading r on r.channel_id = m.channel_id and r.metric = m.metric and r.time = m.time and r.value = m.value
        and r.period_s = m.period_s and r.received = m.received
), gone as (
    delete from reading r using here h
    where h.replaced is null and r.channel_id = h.channel_id and r.metric = h.metric and r.time = h.time
), back as (
    update reading r
    set value = (h.replaced ->> 'value')::float8, period_s = (h.replaced ->> 'period_s')::float4,
        flags = (h.replaced ->> 'flags')::smallint, received = (h.replaced ->> 'received')::timestamptz
    from here h
    where h.replaced is not null and r.channel_id = h.channel_id and r.metric = h.metric and r.time = h.time
)
select h.channel_id, least(min(h.time - greatest(h.period_s, coalesce((h.replaced ->> 'period_s')::float4, 0)) * interval '1 second'),
        min(t.before)) as first,
    greatest(max(h.time), max(t.after)) as last
from here h
cross join lateral total_neighbours(h.channel_id, h.metric, h.time) t
group by h.channel_id, h.metric, time_bucket('15 minutes', h.time)

-- name: quarantine_reopen
-- The readings of a decision wait for one again.
update quarantine set decision_id = null, replaced = null where decision_id = %(decision_id)s

-- name: decision_undo
-- Notes who took a decision back.
update quarantine_decision set undone = %(now)s, undone_by = %(author)s where decision_id = %(decision_id)s
