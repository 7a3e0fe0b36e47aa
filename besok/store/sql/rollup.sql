-- name: rollup_flow
-- Recomputes the flow buckets of channels in ranges of time, from their readings. Buckets whose readings are deleted (expired)
-- stay as they are.
-- A reading becomes a segment of time with so many people in it; a segment gives each bucket it overlaps its share,
-- rounded so that people stay whole and the shares add up to the segment. Voided readings (flag 16) are left out. Returns the
-- buckets, but for simulated ones, in which more people passed, or of whose time more is told, than the limits of their
-- channel (besok/store/quarantine.py).
with range as materialized (
    select g.channel_id, greatest(g.first, c.expired) as first, g.last, g.people, g.told_s, c.has_totals, c.wraps,
        exists (select from voided_time v where v.device_id = c.device_id and v.undone is null) as voids
    from unnest(%(channel)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[], %(people)s::float8[], %(told_s)s::float8[])
        as g (channel_id, first, last, people, told_s)
    join channel c using (channel_id)
    where c.expired is null or g.last > c.expired
), segment as (
    -- deltas, short periods and long ones (the latter by an index of their own); metric 1 is in, 2 is out, 5 is either
    select g.first, g.last, r.channel_id, r.metric as direction, false as total,
        r.time - r.period_s * interval '1 second' as begins, r.time as ends, r.value as people, false as gap,
        r.flags & 8 <> 0 as simulated
    from range g
    join reading r on r.channel_id = g.channel_id and r.metric in (1, 2, 5) and r.period_s <= 900 and r.flags & 16 = 0
        and r.time >= g.first and r.time <= g.last + interval '15 minutes'
        and r.time between %(from)s and %(to)s::timestamptz + interval '15 minutes'
    union all
    select g.first, g.last, r.channel_id, r.metric, false, r.time - r.period_s * interval '1 second', r.time, r.value, false,
        r.flags & 8 <> 0
    from range g
    join reading r on r.channel_id = g.channel_id and r.metric in (1, 2, 5) and r.period_s > 900 and r.flags & 16 = 0
        and r.time > g.first and r.time <= g.last + interval '7 days'
        and r.time between %(from)s and %(to)s::timestamptz + interval '7 days'
    union all
    -- totals (metric 3 is in, 4 is out, 6 is either), differenced against the reading before
    select g.first, g.last, g.channel_id, case t.metric when 6 then 5 else t.metric - 2 end, true, t.before, t.time,
        p.people, t.time - t.before > interval '15 minutes', t.flags & 8 <> 0
    from range g
    cross join lateral (
        select r.metric, r.time, r.value, r.received, lag(r.time) over w as before, lag(r.value) over w as was,
            lag(r.received) over w as before_received, r.flags | lag(r.flags) over w as flags
        from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
        cross join lateral (
            (select metric, time, value, flags, received from reading
             where channel_id = g.channel_id and metric = m.metric and time < g.first and flags & 16 = 0 order by time desc limit 1)
            union all
            select metric, time, value, flags, received from reading
            where channel_id = g.channel_id and metric = m.metric and time >= g.first and time < g.last
                and flags & 16 = 0
            union all
            (select metric, time, value, flags, received from reading
             where channel_id = g.channel_id and metric = m.metric and time >= g.last and flags & 16 = 0 order by time limit 1)
        ) r
        window w as (partition by r.metric order by r.time)
    ) t
    cross join lateral (
        select people_between(t.was, t.value, g.wraps, t.before, t.before_received, t.time, t.received) as people
    ) p
    where g.has_totals and p.people is not null
        and (not g.voids or told_across_void(g.channel_id, t.metric, t.was, t.value, t.before, t.time))
), placed as (
    select *, time_bucket('15 minutes', begins) as bucket,
        ends < time_bucket('15 minutes', begins) + interval '15 minutes'
            or (ends = time_bucket('15 minutes', begins) + interval '15 minutes' and ends > begins) as whole
    from segment
), share as (
    -- most segments lie within one bucket
    select channel_id, bucket, direction, total, gap, people, extract(epoch from ends - begins)::float8 as covered_s, simulated
    from placed
    where whole and bucket >= first and bucket < last
    union all
    select s.channel_id, b.bucket, s.direction, s.total, s.gap,
        round(s.people * part.upto) - round(s.people * part.before),
        (part.upto - part.before) * extract(epoch from s.ends - s.begins)::float8, s.simulated
    from placed s
    cross join lateral generate_series(
        greatest(s.bucket, s.first), least(s.ends, s.last) - interval '1 microsecond', interval '15 minutes'
    ) as b (bucket)
    cross join lateral (
        select greatest(0, extract(epoch from b.bucket - s.begins) / extract(epoch from s.ends - s.begins))::float8 as before,
            least(1, extract(epoch from b.bucket + interval '15 minutes' - s.begins)
                / extract(epoch from s.ends - s.begins))::float8 as upto
    ) part
    where not s.whole
), direction as ( -- where a channel sends totals and deltas, the totals count and the deltas are a cross-check
    select channel_id, bucket, direction, total, sum(people) as people,
        sum(case when gap then 0 else covered_s end) as covered_s, sum(case when gap then people else 0 end) as imputed,
        bool_or(simulated) as simulated
    from share
    group by channel_id, bucket, direction, total
), bucket as ( -- who passes without a direction is half a person in and half a person out; directions go first
    -- nobody passes backwards: a fall that is taken off (people_between) may lie in another bucket than its rise
    select distinct on (channel_id, bucket) channel_id, bucket,
        greatest(0, sum(case direction when 1 then people when 5 then people / 2 end)) as people_in,
        greatest(0, sum(case direction when 2 then people when 5 then people / 2 end)) as people_out,
        least(900, max(covered_s)) as covered_s,
        max(covered_s) as told_s,
        sum(imputed) as imputed,
        bool_or(simulated) as simulated
    from direction
    group by channel_id, bucket, total, direction = 5
    order by channel_id, bucket, total desc, direction = 5
), gone as ( -- a corrected period may leave a bucket with nothing in it
    delete from flow_bucket f using range g
    where f.channel_id = g.channel_id and f.bucket >= g.first and f.bucket < g.last and f.bucket between %(from)s and %(to)s
        and not exists (select from bucket b where b.channel_id = f.channel_id and b.bucket = f.bucket)
    returning f.channel_id, f.bucket
), written as (
    insert into flow_bucket as f (channel_id, bucket, people_in, people_out, covered_s, imputed, simulated)
    select channel_id, bucket, people_in, people_out, covered_s, imputed, simulated from bucket
    on conflict (channel_id, bucket) do update
    set people_in = excluded.people_in, people_out = excluded.people_out, covered_s = excluded.covered_s,
        imputed = excluded.imputed, simulated = excluded.simulated
)
select b.channel_id, b.bucket
from bucket b
join (select distinct channel_id, people, told_s from range) l using (channel_id)
where not b.simulated and (greatest(b.people_in, b.people_out) > l.people or b.told_s > l.told_s)
union all -- nothing; but from what is compressed only a deletion is done that is read
select channel_id, bucket from gone where bucket is null

-- name: rollup_level
-- Recomputes the level buckets of channels in ranges of time, from their readings that are not voided (flag 16). Buckets whose
-- readings are deleted (expired) stay as they are.
with range as materialized (
    select g.channel_id, greatest(g.first, c.expired) as first, g.last
    from unnest(%(channel)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) as g (channel_id, first, last)
    join channel c using (channel_id)
    where c.expired is null or g.last > c.expired
), fresh as (
    select r.channel_id, r.metric, time_bucket('15 minutes', r.time) as bucket,
        avg(r.value) as mean, min(r.value) as low, max(r.value) as high, last(r.value, r.time) as last, count(*) as samples,
        bool_or(r.flags & 8 <> 0) as simulated
    from range g
    join reading r on r.channel_id = g.channel_id and r.time >= g.first and r.time < g.last and r.metric >= 10
        and r.time between %(from)s and %(to)s and r.flags & 16 = 0
    group by 1, 2, 3
), written as (
    insert into level_bucket (channel_id, metric, bucket, mean, low, high, last, samples, simulated)
    select channel_id, metric, bucket, mean, low, high, last, samples, simulated from fresh
    on conflict (channel_id, metric, bucket) do update
    set mean = excluded.mean, low = excluded.low, high = excluded.high, last = excluded.last, samples = excluded.samples,
        simulated = excluded.simulated
)
-- voided readings may leave a bucket with nothing in it; last, since from what is compressed no part of a statement deletes
delete from level_bucket l using range g
where l.channel_id = g.channel_id and l.bucket >= g.first and l.bucket < g.last and l.bucket between %(from)s and %(to)s
    and not exists (select from fresh f where f.channel_id = l.channel_id and f.metric = l.metric and f.bucket = l.bucket)

-- name: rollup_day
-- Recomputes flow days from the buckets, and deletes the results that rest on them; a day may have 23 or 25 hours.
with day as materialized (
    select t.site_id, t.portal_id, t.day, (t.day + s.day_start) at time zone s.timezone as begins,
        (t.day + 1 + s.day_start) at time zone s.timezone as ends
    from unnest(%(site)s::int[], %(portal)s::int[], %(day)s::date[]) as t (site_id, portal_id, day)
    join site s using (site_id)
), outdated as (
    delete from computed_result r
    where exists (select from day d where d.site_id = any(r.rests_on) and d.day <= r.until)
), fresh as (
    select d.site_id, d.portal_id, d.day, sum(f.people_in) as people_in, sum(f.people_out) as people_out,
        sum(f.covered_s) / count(distinct f.channel_id) as covered_s, sum(f.imputed) as imputed,
        sum(f.corrected_in) as corrected_in, sum(f.corrected_out) as corrected_out
    from day d
    join portal_people f on f.portal_id = d.portal_id and f.bucket >= d.begins and f.bucket < d.ends
        and f.bucket between %(from)s::date - interval '1 day' and %(to)s::date + interval '3 days'
    group by d.site_id, d.portal_id, d.day
), gone as ( -- a day of which nothing is left was not measured: that is not zero
    delete from flow_day f using day d
    where f.site_id = d.site_id and f.portal_id = d.portal_id and f.day = d.day
        and not exists (select from fresh n where n.site_id = f.site_id and n.portal_id = f.portal_id and n.day = f.day)
)
insert into flow_day (site_id, portal_id, day, people_in, people_out, covered_s, imputed, corrected_in, corrected_out)
select site_id, portal_id, day, people_in, people_out, covered_s, imputed, corrected_in, corrected_out from fresh
on conflict (site_id, portal_id, day) do update
set people_in = excluded.people_in, people_out = excluded.people_out, covered_s = excluded.covered_s, imputed = excluded.imputed,
    corrected_in = excluded.corrected_in, corrected_out = excluded.corrected_out

-- name: total_neighbours
-- The readings of a running total just before and just after those that changed: the buckets between them change too. A
-- neighbour across a jump of the clock (people_between) is none, or every reading would make whole years be computed again. Voided readings (flag 16)
-- are no neighbours.
select t.channel_id, coalesce(b.time, t.first) as first, coalesce(a.time, t.last) as last
from unnest(%(channel)s::int[], %(metric)s::smallint[], %(first)s::timestamptz[], %(last)s::timestamptz[])
    as t (channel_id, metric, first, last)
left join lateral (
    select time from reading
    where channel_id = t.channel_id and metric = t.metric and time < t.first and time >= t.first - interval '400 days'
        and flags & 16 = 0
    order by time desc limit 1
) b on true
left join lateral (
    select n.time
    from reading l
    cross join lateral (
        select time, value, received from reading
        where channel_id = t.channel_id and metric = t.metric and time > t.last and time <= t.last + interval '400 days'
            and flags & 16 = 0
        order by time limit 1
    ) n
    where l.channel_id = t.channel_id and l.metric = t.metric and l.time = t.last
        and (n.time <= t.last + interval '1 day' or n.time - n.received <= interval '1 day' or l.time - l.received > interval '1 day')
) a on true

-- name: touched_days
-- The business days of sites, and the portals in them, that change with the given ranges of channels.
select s.site_id, s.slug, sp.portal_id, d::date as day, min(g.first) as since,
    d::date < ((now() at time zone s.timezone) - s.day_start)::date as past
from unnest(%(channel)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) as g (channel_id, first, last)
join placement pl on pl.channel_id = g.channel_id and pl.valid && tstzrange(g.first, g.last)
left join site_portal sp on sp.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
join site s on s.site_id = coalesce(sp.site_id, z.site_id)
cross join lateral generate_series(
    ((g.first at time zone s.timezone) - s.day_start)::date::timestamp,
    ((g.last - interval '15 minutes') at time zone s.timezone - s.day_start)::date::timestamp, interval '1 day'
) as d
group by s.site_id, s.slug, sp.portal_id, d

-- name: forget_days
-- Deletes the flow days of a site, and the results that rest on them.
with outdated as (
    delete from computed_result where %(site_id)s = any(rests_on)
)
delete from flow_day where site_id = %(site_id)s

-- name: site_extent
-- The channels that count at a site's portals or stand in its spaces, each with the time it has been heard.
select pl.channel_id, min(b.bucket) as first, max(b.bucket) + interval '15 minutes' as last
from placement pl
left join site_portal sp on sp.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
join (
    select channel_id, bucket from flow_bucket
    union all
    select channel_id, bucket from level_bucket
) b on b.channel_id = pl.channel_id
where coalesce(sp.site_id, z.site_id) = %(site_id)s
group by pl.channel_id

-- name: mark_dirty
-- Marks past business days for a new estimate of their occupancy. A day that is marked already is locked, so that an
-- estimate that is about to take it waits for what is being written.
with outdated as (
    delete from computed_result r
    where exists (select from unnest(%(site)s::int[], %(day)s::date[]) as d (site_id, day) where d.site_id = any(r.rests_on) and d.day <= r.until)
)
insert into dirty_day as d (site_id, day)
select * from unnest(%(site)s::int[], %(day)s::date[]) order by 1, 2
on conflict (site_id, day) do update set day = d.day

-- name: counting_note
-- Notes what every channel counts where and when.
create temp table counted_before on commit drop as select * from channel_counting

-- name: counting_changed
-- The business days of sites, and the portals in them, on which channels that were heard count otherwise than was noted.
with change as (
    select coalesce(b.channel_id, a.channel_id) as channel_id, coalesce(b.portal_id, a.portal_id) as portal_id,
        coalesce(b.space_id, a.space_id) as space_id,
        (coalesce(b.counting, '{}') - coalesce(a.counting, '{}')) + (coalesce(a.counting, '{}') - coalesce(b.counting, '{}')) as changed
    from counted_before b
    full join channel_counting a on a.channel_id = b.channel_id and a.place = b.place and a.swapped = b.swapped
), heard as (
    select channel_id, tstzrange(min(first), max(last)) as heard
    from (
        select channel_id, min(bucket) as first, max(bucket) + interval '15 minutes' as last
        from flow_bucket where channel_id = any(array(select channel_id from change where changed <> '{}'))
        group by channel_id
        union all
        select channel_id, min(bucket), max(bucket) + interval '15 minutes'
        from level_bucket where channel_id = any(array(select channel_id from change where changed <> '{}'))
        group by channel_id
    ) b
    group by channel_id
), stretch as (
    select c.portal_id, c.space_id, lower(r) as first, upper(r) as last
    from change c
    join heard h using (channel_id)
    cross join lateral unnest(c.changed * tstzmultirange(h.heard)) as r
)
select s.site_id, s.slug, sp.portal_id, d::date as day, min(g.first) as since,
    d::date < ((now() at time zone s.timezone) - s.day_start)::date as past
from stretch g
left join site_portal sp on sp.portal_id = g.portal_id
left join space z on z.space_id = g.space_id
join site s on s.site_id = coalesce(sp.site_id, z.site_id)
cross join lateral generate_series(
    ((g.first at time zone s.timezone) - s.day_start)::date::timestamp,
    ((g.last - interval '1 microsecond') at time zone s.timezone - s.day_start)::date::timestamp, interval '1 day'
) as d
group by s.site_id, s.slug, sp.portal_id, d

-- name: flow_days_delete
-- Takes flow days away, before what is left of them is written.
delete from flow_day f
using unnest(%(site)s::int[], %(portal)s::int[], %(day)s::date[]) as d (site_id, portal_id, day)
where f.site_id = d.site_id and f.portal_id = d.portal_id and f.day = d.day

-- name: mark_learnt
-- Marks past business days of a site for a new estimate of their occupancy, and the days that follow each within some weeks.
with outdated as (
    delete from computed_result r where %(site)s = any(r.rests_on)
), here as materialized (
    select s.site_id, ((now() at time zone s.timezone) - s.day_start)::date as today,
        (select max(day) from flow_day f where f.site_id = s.site_id) as last
    from site s
    where s.site_id = %(site)s
)
insert into dirty_day as d (site_id, day)
select distinct h.site_id, g::date
from here h
cross join unnest(%(days)s::date[]) as c (day)
cross join lateral generate_series(c.day::timestamp, c.day + %(weeks)s::int * interval '1 week', interval '1 day') as g
where g::date < h.today and (g::date = c.day or g::date <= h.last)
order by 1, 2
on conflict (site_id, day) do update set day = d.day
