-- name: live
-- Each space of a site with its last estimate since the business day began, and when its sensors were last heard; freshness and level are
-- left to the caller.
-- A space is as fresh as the most silent of the doors that lead into it, or as its own sensor; silent is who has not
-- been heard for many times as long as there is between two of its messages.
with recursive here as (
    select s.*, site.capacity as site_capacity from space s join site using (site_id)
    where site.slug = %(site)s and s.valid @> %(now)s
), within (space_id, inner_id) as (
    select space_id, space_id from here
    union all
    select w.space_id, s.space_id from within w join here s on s.parent_id = w.inner_id
), entry as materialized ( -- `space_portal`, which reads all sites, of this one
    select space_id, portal_id
    from (
        select w.space_id, p.portal_id, 1 as sign from within w join portal p on p.inner_id = w.inner_id
        union all
        select w.space_id, p.portal_id, -1 from within w join portal p on p.outer_id = w.inner_id
    ) ends
    group by space_id, portal_id
    having sum(sign) <> 0
), heard as (
    select pl.portal_id, pl.space_id, max(least(c.last_time, c.last_received)) as heard, max(d.interval_s) as interval_s,
        max(c.last_received) as received
    from placement pl
    join channel c using (channel_id)
    join device d using (device_id)
    where pl.role = 'primary' and pl.valid @> %(now)s
        and (pl.portal_id = any(array(select portal_id from entry)) or pl.space_id = any(array(select space_id from here)))
    group by pl.portal_id, pl.space_id
), doors as (
    select sp.space_id,
        (array_agg(h.heard order by (%(now)s - h.heard) / greatest(h.interval_s, 60) desc nulls last))[1] as heard,
        (array_agg(h.interval_s order by (%(now)s - h.heard) / greatest(h.interval_s, 60) desc nulls last))[1] as interval_s,
        max((%(now)s - h.received) / greatest(h.interval_s, 60)) as silence, -- of messages, in intervals
        bool_or(h.heard is null or h.heard < %(now)s - interval '56 days') as unheard, -- nothing is known of who passes
        bool_and(h.portal_id is not null) as counted, -- a door without a sensor leaves the space uncounted
        bool_or(h.portal_id is not null) as begun
    from entry sp
    join portal p using (portal_id)
    left join heard h using (portal_id)
    where p.counted and p.valid @> %(now)s and (p.used is null or p.used @> %(now)s)
    group by sp.space_id
)
select h.slug as space, p.slug as parent, jsonb_build_object('sv', h.name_sv, 'en', h.name_en) as name, h.kind, h.storey,
    coalesce(h.capacity, case when h.parent_id is null then h.site_capacity end) as capacity, h.seats,
    o.time, o.people, o.lower, o.upper, o.raw, o.basis, 'none' as freshness, 'unknown' as level,
    case when o.basis = 'headcount' then o.time when o.basis in ('people', 'presence') then own.heard else d.heard end as heard,
    coalesce(case when o.basis in ('people', 'presence') then own.interval_s else d.interval_s end, 60) as interval_s,
    case when o.basis = 'headcount' then o.time when o.basis in ('people', 'presence') then own.received
        else %(now)s - d.silence * greatest(d.interval_s, 60) end as received,
    case
        when not h.used @> %(now)s then 'space_closed'
        when o.people is not null or o.reason <> '' then o.reason
        when d.unheard and own.space_id is null then 'unheard_door'
        when d.space_id is not null and own.space_id is null and exists (
            select from entry e join uncounted_passage u using (portal_id) where e.space_id = h.space_id
        ) then 'uncounted_passage'
        when d.space_id is not null or own.space_id is not null then 'no_data'
        when exists (select from doors where doors.space_id = h.space_id and begun) then 'door_without_sensor'
        else 'no_sensor'
    end as reason
from here h
left join space p on p.space_id = h.parent_id
left join doors d on d.space_id = h.space_id and d.counted
left join heard own on own.space_id = h.space_id
left join lateral (
    select * from occupancy_minute o
    where o.space_id = h.space_id and o.time >= %(day_begins)s and o.time <= %(now)s and (h.used is null or h.used @> %(now)s)
        and (o.basis <> 'doors' or d.unheard is not true)
    order by o.time desc limit 1
) o on true
order by h.parent_id is not null, h.sort, h.slug

-- name: occupancy_fine
-- The occupancy of a space by quarter or hour; nulls where nothing is known. Basis and reason are the commonest ones.
select s.slug as space, t.start, o.people, o.lower, o.upper, o.raw, o.peak, o.peak_lower, o.peak_upper, o.basis, o.reason,
    coalesce(o.final, false) as final
from site
join space s using (site_id)
cross join lateral generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 second', %(step)s::interval) as t (start)
left join lateral (
    select avg(people) as people, case when count(lower) = count(people) then avg(lower) end as lower,
        case when count(upper) = count(people) then avg(upper) end as upper, avg(raw) as raw, max(peak) as peak,
        (array_agg(peak_lower order by peak desc nulls last))[1] as peak_lower,
        (array_agg(peak_upper order by peak desc nulls last))[1] as peak_upper,
        mode() within group (order by basis) as basis, mode() within group (order by reason) as reason,
        bool_and(final) as final
    from occupancy_bucket o
    where o.space_id = s.space_id and o.bucket >= t.start and o.bucket < t.start + %(step)s::interval
        and o.bucket >= %(start)s and o.bucket < %(end)s
) o on true
where site.slug = %(site)s and s.slug = %(space)s
order by t.start

-- name: occupancy_curves
-- The occupancy of all spaces of a site by quarter of an hour in some spans of time; nulls where nothing is known.
with span as materialized (
    select * from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) with ordinality as t (begins, ends, number)
), here as materialized (
    select s.space_id, s.slug from space s join site using (site_id) where site.slug = %(site)s and (upper_inf(s.valid) or s.last is not null)
), known as materialized (
    select span.number, floor(extract(epoch from o.bucket - span.begins) / 900)::int as step, o.*
    from span
    cross join lateral (
        select * from occupancy_bucket o
        where o.space_id in (select space_id from here) and o.bucket >= span.begins and o.bucket < span.ends
    ) o
)
select h.slug as space, t.start, o.people, o.lower, o.upper, o.raw, o.peak, o.peak_lower, o.peak_upper, o.basis, o.reason,
    coalesce(o.final, false) as final
from here h
cross join span
cross join lateral generate_series(span.begins, span.ends - interval '1 second', interval '15 minutes') with ordinality as t (start, step)
left join known o on o.number = span.number and o.space_id = h.space_id and o.step = t.step - 1
order by h.slug, t.start

-- name: occupancy_days
-- The occupancy of a space by business day, week or month; nulls where nothing is known. Basis and reason are the
-- commonest ones.
select s.slug as space, (t.first + site.day_start) at time zone site.timezone as start, o.people, o.lower, o.upper, o.raw, o.peak,
    o.peak_lower, o.peak_upper, o.basis, o.reason, coalesce(o.final, false) as final
from site
join space s using (site_id)
cross join lateral generate_series(
    date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval
) as t (first)
left join lateral (
    select avg(people) as people, case when count(lower) = count(people) then avg(lower) end as lower,
        case when count(upper) = count(people) then avg(upper) end as upper, avg(raw) as raw, max(peak) as peak,
        (array_agg(peak_lower order by peak desc nulls last))[1] as peak_lower,
        (array_agg(peak_upper order by peak desc nulls last))[1] as peak_upper,
        mode() within group (order by basis) as basis, mode() within group (order by reason) as reason,
        bool_and(final) as final
    from occupancy_bucket o
    where o.space_id = s.space_id
        and o.bucket >= (t.first + site.day_start) at time zone site.timezone
        and o.bucket < (t.first + %(step)s::interval + site.day_start) at time zone site.timezone
) o on true
where site.slug = %(site)s and s.slug = %(space)s
order by t.first

-- name: heatmap
-- The usual occupancy of a space by weekday (Monday 0) and local hour over business days, and between what eight days in
-- ten lie: from the 10th percentile of the hour's lower bounds to the 90th of its upper ones. While the site is closed, only
-- quarters with people are taken: an hour that nobody could come in says nothing of how many usually do.
with open as materialized (
    select coalesce(range_agg(tstzrange(opens, closes)), '{}') as hours
    from unnest(%(opens)s::timestamptz[], %(closes)s::timestamptz[]) as t (opens, closes)
)
select weekday, hour, avg(people) as people,
    percentile_cont(0.1) within group (order by lower) as lower,
    percentile_cont(0.9) within group (order by upper) as upper, count(*)::int as days
from (
    select extract(isodow from local)::int - 1 as weekday, extract(hour from local)::int as hour, local::date as day,
        avg(people) as people, avg(lower) as lower, avg(upper) as upper
    from (
        select o.people, o.lower, o.upper, o.bucket at time zone site.timezone as local
        from site
        join space s using (site_id)
        join occupancy_bucket o using (space_id)
        cross join open
        where site.slug = %(site)s and s.slug = %(space)s and o.people is not null
            and (o.people >= 0.5 or open.hours && tstzrange(o.bucket, o.bucket + interval '15 minutes'))
            and o.bucket >= (%(first)s::date + site.day_start) at time zone site.timezone
            and o.bucket < (%(last)s::date + 1 + site.day_start) at time zone site.timezone
    ) h
    group by 1, 2, 3
) d
group by 1, 2
order by 1, 2

-- name: usage_spaces
-- The spaces of a site whose use is told: those that it has, and those that ended on a day.
select z.space_id, z.slug
from space z
join site s using (site_id)
where s.slug = %(site)s and (upper_inf(z.valid) or z.last is not null)
order by z.space_id

-- name: usage_by_presence
-- The spaces of a site of which, in the last week before a moment, sensors told no more than whether anybody was there.
select z.slug
from space z
join site s using (site_id)
cross join lateral (
    select bool_and(o.basis = 'presence') as alone from occupancy_bucket o
    where o.space_id = z.space_id and o.people is not null and o.bucket >= %(end)s - interval '7 days' and o.bucket < %(end)s
) o
where s.slug = %(site)s and o.alone

-- name: usage_kept
-- How spaces were used on business days that have not changed since they were summed up.
select u.*, d.over, d.hours, d.open_hours
from unnest(%(days)s::date[], %(over)s::boolean[], %(hours)s::float8[], %(open_hours)s::float8[]) as d (day, over, hours, open_hours)
join usage_day u using (day)
where u.space_id = any(%(spaces)s::int[]) and u.day between %(first_day)s and %(last_day)s
order by u.space_id, u.day

-- name: usage_missing
-- The newest business days of a site in a stretch that are not summed up for all of some spaces, and do not wait for an estimate.
select g::date
from generate_series(%(first)s::date::timestamp, %(last)s::date::timestamp, interval '1 day') as g
left join (
    select day, count(*) as spaces from usage_day where space_id = any(%(spaces)s::int[]) group by day
) u on u.day = g::date
where coalesce(u.spaces, 0) < cardinality(%(spaces)s::int[])
    and not exists (select from dirty_day d where d.site_id = %(site_id)s and d.day = g::date)
order by g desc
limit %(days)s

-- name: usage_take
-- Marks business days as changed, those that are not yet: who changes one of them waits for this transaction, and then marks it.
insert into dirty_day (site_id, day)
select %(site_id)s, g from unnest(%(days)s::date[]) as g order by g
on conflict do nothing
returning day

-- name: usage_put
-- Keeps how a space was used on a business day.
insert into usage_day (
    space_id, day, known_hours, person_hours, width_hours, open_known_hours, open_person_hours, open_width_hours, first, last,
    by_people, coverage, entered, "left", peak, peak_lower, peak_upper, peak_at
) values (
    %(space_id)s, %(day)s, %(known_hours)s, %(person_hours)s, %(width_hours)s, %(open_known_hours)s, %(open_person_hours)s,
    %(open_width_hours)s, %(first)s, %(last)s, %(by_people)s, %(coverage)s, %(entered)s, %(left)s, %(peak)s, %(peak_lower)s,
    %(peak_upper)s, %(peak_at)s
)

-- name: usage_taken
-- Takes the marks off again, once the days are summed up.
delete from dirty_day where site_id = %(site_id)s and day = any(%(days)s::date[])

-- name: usage_days
-- How spaces of a site were used by business day, summed up from quarters of an hour: who was inside, over the day and over
-- the opening hours; who entered and left through the doors that count, and when (moments of hours since the day began, by the clock).
-- A door is watched as long as its channels are on average, and a space as long as the least watched of its doors.
-- The planner does not see into the array of spaces: it would read the quarters of all sites.
with day as materialized (
    select * from unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[], %(over)s::boolean[], %(hours)s::float8[],
        %(open_hours)s::float8[]) as d (day, begins, ends, over, hours, open_hours)
), open as materialized (
    select * from unnest(%(open_days)s::date[], %(opens)s::timestamptz[], %(closes)s::timestamptz[]) as o (day, opens, closes)
), quarter as materialized ( -- what is the same of each quarter for every space and door
    select b.bucket, d.day, b.hours, -extract(epoch from b.bucket)::float8 as earlier, q.day is not null as open
    from site s
    cross join generate_series(time_bucket('15 minutes', %(first)s), %(last)s::timestamptz, interval '15 minutes') as g
    cross join lateral (
        select g as bucket, (g at time zone s.timezone - s.day_start)::date as day,
            extract(epoch from ((g + interval '450 seconds') at time zone s.timezone - s.day_start)::time)::float8 / 3600 as hours
    ) b
    join day d on d.day = b.day
    left join open q on q.day = b.day and g + interval '450 seconds' >= q.opens and g + interval '450 seconds' < q.closes
    where s.slug = %(site)s
), inside as materialized (
    select o.space_id, q.day, count(*) / 4.0 as known_hours, sum(o.people) / 4 as person_hours,
        sum(o.upper - o.lower) / 4 as width_hours, count(*) filter (where q.open) / 4.0 as open_known_hours,
        sum(o.people) filter (where q.open) / 4 as open_person_hours,
        sum(o.upper - o.lower) filter (where q.open) / 4 as open_width_hours,
        first(o.people, o.bucket) as first, last(o.people, o.bucket) as last, avg((o.basis = 'people')::int) as by_people,
        max(array[coalesce(o.peak, o.people), q.earlier, o.peak_lower, o.peak_upper]::float8[]) as top -- the earliest
    from occupancy_bucket o
    join quarter q using (bucket)
    where o.space_id = any(array(select unnest(%(spaces)s::int[]))) and o.people is not null and o.bucket >= %(first)s and o.bucket < %(last)s
    group by o.space_id, q.day
), door as materialized (
    select sp.space_id, sp.portal_id, sp.sign, c.counting
    from space_portal sp
    join portal_counting c using (portal_id)
    where sp.space_id = any(%(spaces)s::int[])
), told as (
    select f.portal_id, f.channel_id, q.day,
        sum(f.people_in) as people_in, sum(f.people_in * q.hours) as in_1, sum(f.people_in * q.hours * q.hours) as in_2,
        sum(f.people_out) as people_out, sum(f.people_out * q.hours) as out_1, sum(f.people_out * q.hours * q.hours) as out_2,
        sum(f.covered_s) as covered_s
    from portal_people f
    join quarter q using (bucket)
    where f.channel_id = any(array(select l.channel_id from door join placement l using (portal_id)))
        and f.portal_id in (select portal_id from door) and f.bucket >= %(first)s and f.bucket < %(last)s
    group by f.portal_id, f.channel_id, q.day
), passed as materialized (
    select portal_id, day, sum(people_in) as people_in, sum(in_1) as in_1, sum(in_2) as in_2, sum(people_out) as people_out,
        sum(out_1) as out_1, sum(out_2) as out_2, avg(covered_s) as covered_s
    from told
    group by portal_id, day
), flow as materialized (
    select r.space_id, d.day, min(coalesce(f.covered_s, 0)) as covered_s,
        sum(case r.sign when 1 then f.people_in else f.people_out end) as entered,
        sum(case r.sign when 1 then f.in_1 else f.out_1 end) as entered_1,
        sum(case r.sign when 1 then f.in_2 else f.out_2 end) as entered_2,
        sum(case r.sign when 1 then f.people_out else f.people_in end) as left,
        sum(case r.sign when 1 then f.out_1 else f.in_1 end) as left_1,
        sum(case r.sign when 1 then f.out_2 else f.in_2 end) as left_2
    from day d
    join door r on r.counting && tstzrange(d.begins, d.ends)
    left join passed f on f.portal_id = r.portal_id and f.day = d.day
    group by r.space_id, d.day
)
select z as space_id, d.day, d.over, d.hours, d.open_hours, least(coalesce(i.known_hours, 0), d.hours)::float8 as known_hours,
    coalesce(i.person_hours, 0)::float8 as person_hours,
    coalesce(i.width_hours, 0)::float8 as width_hours, coalesce(i.open_known_hours, 0)::float8 as open_known_hours,
    coalesce(i.open_person_hours, 0)::float8 as open_person_hours, coalesce(i.open_width_hours, 0)::float8 as open_width_hours,
    coalesce(i.first, 0)::float8 as first, coalesce(i.last, 0)::float8 as last, coalesce(i.by_people, 0)::float8 as by_people,
    i.top[1] as peak, i.top[3] as peak_lower, i.top[4] as peak_upper, to_timestamp(-i.top[2]) as peak_at,
    least(coalesce(f.covered_s, 0) / (d.hours * 3600), 1)::float8 as coverage,
    case when f.entered is not null then array[
        f.entered, coalesce(f.entered_1 / nullif(f.entered, 0), 0),
        coalesce(greatest(f.entered_2 / nullif(f.entered, 0) - (f.entered_1 / nullif(f.entered, 0)) ^ 2, 0), 0)
    ] end as entered,
    case when f.left is not null then array[
        f.left, coalesce(f.left_1 / nullif(f.left, 0), 0),
        coalesce(greatest(f.left_2 / nullif(f.left, 0) - (f.left_1 / nullif(f.left, 0)) ^ 2, 0), 0)
    ] end as left
from unnest(%(spaces)s::int[]) as z
cross join day d
left join inside i on i.space_id = z and i.day = d.day
left join flow f on f.space_id = z and f.day = d.day
order by z, d.day

-- name: occupancy_sites
-- The sites whose occupancy is estimated, by id.
select site_id, slug from site order by site_id

-- name: occupancy_spaces
-- All spaces that a site has or had with how many they hold, its root first.
select s.space_id, s.parent_id, coalesce(s.capacity, case when s.parent_id is null then site.capacity end) as capacity
from space s
join site using (site_id)
where site_id = %(site_id)s
order by s.parent_id is not null, s.space_id

-- name: occupancy_portals
-- The counted portals that touch a site, also those it no longer has; an end elsewhere is null.
select p.portal_id, o.space_id as outer_id, i.space_id as inner_id
from site_portal sp
join portal p using (portal_id)
left join space o on o.space_id = p.outer_id and o.site_id = sp.site_id
left join space i on i.space_id = p.inner_id and i.site_id = sp.site_id
where sp.site_id = %(site_id)s and p.counted
order by p.portal_id

-- name: occupancy_used
-- When the counted portals that touch a site, and the spaces on their sides, are used, where that is not always.
select p.portal_id, lower(u) as begins, upper(u) as ends
from site_portal sp
join portal p using (portal_id)
left join lateral unnest(p.used) as u on true -- a row without times for one that never is
where sp.site_id = %(site_id)s and p.counted and p.used is not null

-- name: occupancy_sensed
-- When the counted portals that touch a site are used with a sensor, which one should hang at each from the beginning.
select p.portal_id, lower(s) as begins, upper(s) as ends
from site_portal sp
join portal p using (portal_id)
left join placement pl on pl.portal_id = p.portal_id and pl.role = 'primary'
cross join lateral unnest(tstzmultirange(coalesce(pl.valid, '(,)')) * coalesce(p.used, '{(,)}')) as s
where sp.site_id = %(site_id)s and p.counted

-- name: occupancy_uncounted
-- The ends of the passages within a site that nothing counts.
select outer_id, inner_id from uncounted_passage where site_id = %(site_id)s

-- name: occupancy_levels
-- The channels that look or looked into the spaces of a site, and how often they report.
select distinct c.channel_id, pl.space_id, d.interval_s
from placement pl
join space z using (space_id)
join channel c using (channel_id)
join device d using (device_id)
where z.site_id = %(site_id)s and pl.role = 'primary'
order by c.channel_id, pl.space_id

-- name: minute_flows
-- People through portals by minute of a business day, from the minute `since` on. What was reported for longer than a minute
-- is shared out over its minutes in whole people; a running total counts in the minutes since its last reading. Who passes
-- without a direction (metric 5, total 6) is half a person in and half a person out, where the channel has no directions.
-- Corrections in force (table calibration) are applied. What is simulated (flag 8) counts in sandboxes only, what is voided (16) nowhere. Packed: step, portal, in, out, all minutes one after another.
with heard as materialized ( -- what each channel has sent in the day
    select pl.portal_id, pl.channel_id, pl.swapped, tstzmultirange(pl.valid) * coalesce(d.used, '{(,)}') as valid, pl.sandbox, c.wraps,
        exists (select from voided_time v where v.device_id = c.device_id and v.undone is null) as voids, c.has_totals and has.totals as totals,
        case when c.has_totals and has.totals then has.directed_totals else has.directed end as directed
    from placement pl
    join portal d on d.portal_id = pl.portal_id
    join channel c using (channel_id)
    cross join lateral (
        select coalesce(bool_or(metric in (3, 4, 6)), false) as totals,
            coalesce(bool_or(metric in (3, 4)), false) as directed_totals,
            coalesce(bool_or(metric in (1, 2)), false) as directed
        from (values (1::smallint), (2::smallint), (3::smallint), (4::smallint), (6::smallint)) as m (metric)
        where exists (
            select from reading r where r.channel_id = c.channel_id and r.metric = m.metric and (pl.sandbox or r.flags & 8 = 0)
                and r.flags & 16 = 0 and r.time >= %(begins)s and r.time < %(ends)s::timestamptz + interval '1 hour'
        )
    ) has
    where pl.role = 'primary' and pl.portal_id = any(%(portals)s) and pl.valid && tstzrange(%(begins)s, %(ends)s)
), segment as (
    select p.portal_id, p.channel_id, p.swapped, r.metric as direction, r.value as people,
        r.time - r.period_s * interval '1 second' as begins, r.time as ends
    from heard p
    join reading r on r.channel_id = p.channel_id and r.metric in (1, 2, 5) and (p.sandbox or r.flags & 8 = 0)
        and r.flags & 16 = 0 and r.time >= %(since)s and r.time < %(ends)s::timestamptz + interval '1 hour'
    where not p.totals and p.valid @> r.time and (r.metric = 5) <> p.directed
    union all
    select p.portal_id, p.channel_id, p.swapped, case t.metric when 6 then 5 else t.metric - 2 end,
        told.people, t.before, t.time
    from heard p
    cross join lateral (
        select r.metric, r.time, r.value, r.received, lag(r.time) over w as before, lag(r.value) over w as was,
            lag(r.received) over w as before_received
        from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
        cross join lateral (
            (select metric, time, value, received from reading
             where channel_id = p.channel_id and metric = m.metric and (p.sandbox or flags & 8 = 0) and flags & 16 = 0
                and time < %(since)s and time >= %(begins)s::timestamptz - interval '7 days'
             order by time desc limit 1)
            union all
            select metric, time, value, received from reading
            where channel_id = p.channel_id and metric = m.metric and (p.sandbox or flags & 8 = 0) and flags & 16 = 0
                and time >= %(since)s and time < %(ends)s::timestamptz + interval '1 hour'
        ) r
        where (m.metric = 6) <> p.directed
        window w as (partition by r.metric order by r.time)
    ) t
    cross join lateral (
        select people_between(t.was, t.value, p.wraps, t.before, t.before_received, t.time, t.received) as people
    ) told
    where p.totals and told.people is not null and p.valid @> t.time
        and (not p.voids or told_across_void(p.channel_id, t.metric, t.was, t.value, t.before, t.time))
), span as (
    select s.*, extract(epoch from s.ends - s.begins)::float8 as length_s,
        date_trunc('minute', case when s.begins < s.ends then s.ends - interval '1 microsecond' else s.ends end) as final
    from segment s
)
select string_agg(int4send(step) || int4send(portal_id) || float8send(people_in) || float8send(people_out), '')
from (
    select (extract(epoch from m.minute - %(begins)s::timestamptz) / 60)::int as step, s.portal_id,
        greatest(0, sum(
            case when s.direction = 5 then part.people / 2 when (s.direction = 1) <> s.swapped then part.people else 0 end
                * coalesce(k.factor_in, 1)
        )) as people_in,
        greatest(0, sum(
            case when s.direction = 5 then part.people / 2 when (s.direction = 1) = s.swapped then part.people else 0 end
                * coalesce(k.factor_out, 1)
        )) as people_out
    from span s
    cross join lateral generate_series(
        case when s.length_s <= 60 then s.final else greatest(date_trunc('minute', s.begins), %(since)s) end, s.final,
        interval '1 minute'
    ) as m (minute)
    cross join lateral (
        select case when s.length_s <= 60 then s.people
            else round(s.people * least(1, (extract(epoch from m.minute - s.begins)::float8 + 60) / s.length_s))
               - round(s.people * greatest(0, extract(epoch from m.minute - s.begins)::float8 / s.length_s)) end as people
    ) part
    left join calibration k on k.portal_id = s.portal_id and k.decision = 'accepted' and k.undone is null and k.valid @> m.minute
        and s.channel_id = any(k.channels)
    where m.minute >= %(since)s and m.minute < %(ends)s
    group by step, s.portal_id
) q

-- name: minute_levels
-- The last count of people (metric 10), the last presence (11) and the last carbon dioxide (20) of channels by minute of a
-- business day, NaN where there is none; packed: step, channel and these three, all minutes one after another.
select string_agg(
    int4send(step) || int4send(channel_id) || float8send(coalesce(people, 'NaN')) || float8send(coalesce(occupied, 'NaN'))
        || float8send(coalesce(co2, 'NaN')),
    ''
)
from (
    select (extract(epoch from date_trunc('minute', r.time) - %(begins)s::timestamptz) / 60)::int as step, r.channel_id,
        last(r.value, r.time) filter (where r.metric = 10) as people, last(r.value, r.time) filter (where r.metric = 11) as occupied,
        last(r.value, r.time) filter (where r.metric = 20) as co2
    from placement pl
    join space z on z.space_id = pl.space_id
    join reading r on r.channel_id = pl.channel_id and r.metric in (10, 11, 20) and pl.valid @> r.time
        and (z.used is null or z.used @> r.time)
        and (pl.sandbox or r.flags & 8 = 0) and r.flags & 16 = 0 -- simulated: counts in sandboxes only; voided: nowhere
    where pl.channel_id = any(%(channels)s) and pl.role = 'primary'
        and r.time >= %(since)s and r.time < %(ends)s
    group by step, r.channel_id
) q

-- name: minute_delete
-- Takes away the minute figures of spaces in a range of time, before new ones are written.
delete from occupancy_minute where space_id = any(%(spaces)s) and time >= %(begins)s and time < %(ends)s

-- name: minute_take
-- Takes away some minute figures, each of a space, that are known no longer.
delete from occupancy_minute o using unnest(%(spaces)s::int[], %(times)s::timestamptz[]) as c (space_id, time)
where o.space_id = c.space_id and o.time = c.time and o.time between %(first)s and %(last)s

-- name: minute_change
-- Changes some minute figures, each of a space, in place.
update occupancy_minute o
set people = c.people, lower = c.lower, upper = c.upper, raw = c.raw, basis = c.basis, reason = c.reason
from unnest(%(spaces)s::int[], %(times)s::timestamptz[], %(people)s::float4[], %(lower)s::float4[], %(upper)s::float4[],
    %(raw)s::float4[], %(basis)s::text[], %(reason)s::text[]) as c (space_id, time, people, lower, upper, raw, basis, reason)
where o.space_id = c.space_id and o.time = c.time and o.time between %(first)s and %(last)s

-- name: minute_copy
-- Takes minute figures in.
copy occupancy_minute (space_id, time, people, lower, upper, raw, basis, reason, final) from stdin (format binary)

-- name: minute_drop
-- Drops minute figures that are older; the 15-minute figures stay.
select drop_minutes(%(older_than)s::timestamptz)

-- name: order_part
-- Puts the quarters of a part that is over in order; its name, or null.
select order_part(%(over_before)s::timestamptz)

-- name: compress_part
-- Compresses a part that is over; its name, or null.
select compress_part(%(over_before)s::timestamptz)

-- name: drop_empty_part
-- Drops one part of the readings that ended before a time and has none left; its name, or null if there is none.
select drop_empty_part(%(over_before)s::timestamptz)

-- name: minutes_of_days
-- The days, of those given by their beginnings and ends, for which minute figures are kept.
select d.day
from unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) as d (day, begins, ends)
where exists (
    select from occupancy_minute o where o.space_id = %(space_id)s and o.time >= d.begins and o.time < d.ends
)

-- name: quarter_flows
-- People through portals by quarter of an hour since a moment, with the corrections in force; packed: step, portal, in, out,
-- all quarters one after another.
select string_agg(int4send(step) || int4send(portal_id) || float8send(people_in) || float8send(people_out), '')
from (
    select (extract(epoch from bucket - %(begins)s::timestamptz) / 900)::int4 as step, portal_id,
        sum(people_in) as people_in, sum(people_out) as people_out
    from portal_people
    where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
        and channel_id = any(array(select channel_id from placement where portal_id = any(%(portals)s)))
    group by bucket, portal_id
) q

-- name: quarter_levels
-- Counts of people (metric 10), mean and peak, the share of presence (11) and carbon dioxide (20) by quarter of an hour since
-- a moment, NaN where there is none; packed: step, channel and these four, all quarters one after another.
select string_agg(
    int4send(step) || int4send(channel_id) || float8send(coalesce(people, 'NaN')) || float8send(coalesce(peak, 'NaN'))
        || float8send(coalesce(occupied, 'NaN')) || float8send(coalesce(co2, 'NaN')),
    ''
)
from (
    select (extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int4 as step, b.channel_id,
        max(b.mean) filter (where b.metric = 10) as people, max(b.high) filter (where b.metric = 10) as peak,
        max(b.mean) filter (where b.metric = 11) as occupied, max(b.mean) filter (where b.metric = 20) as co2
    from placement pl
    join space z on z.space_id = pl.space_id
    join level_bucket b on b.channel_id = pl.channel_id and b.metric in (10, 11, 20) and pl.valid @> b.bucket
        and (z.used is null or z.used @> b.bucket)
        and b.simulated <= pl.sandbox
    where pl.channel_id = any(%(channels)s) and pl.role = 'primary'
        and b.bucket >= %(begins)s and b.bucket < %(ends)s
    group by b.bucket, b.channel_id
) q

-- name: quarter_delete
-- Takes away the 15-minute figures of spaces in ranges of time, before new ones are written.
delete from occupancy_bucket o
using unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) as d (begins, ends)
where o.space_id = any(%(spaces)s) and o.bucket >= d.begins and o.bucket < d.ends
    and o.bucket >= %(first)s and o.bucket < %(last)s

-- name: quarter_take
-- Takes away some 15-minute figures, each of a space, that are known no longer.
delete from occupancy_bucket o using unnest(%(spaces)s::int[], %(times)s::timestamptz[]) as c (space_id, bucket)
where o.space_id = c.space_id and o.bucket = c.bucket and o.bucket between %(first)s and %(last)s

-- name: quarter_change
-- Changes some 15-minute figures, each of a space, in place.
update occupancy_bucket o
set people = c.people, lower = c.lower, upper = c.upper, raw = c.raw, peak = c.peak, peak_lower = c.peak_lower,
    peak_upper = c.peak_upper, basis = c.basis, reason = c.reason
from unnest(%(spaces)s::int[], %(times)s::timestamptz[], %(people)s::float4[], %(lower)s::float4[], %(upper)s::float4[],
    %(raw)s::float4[], %(peak)s::float4[], %(peak_lower)s::float4[], %(peak_upper)s::float4[], %(basis)s::text[], %(reason)s::text[])
    as c (space_id, bucket, people, lower, upper, raw, peak, peak_lower, peak_upper, basis, reason)
where o.space_id = c.space_id and o.bucket = c.bucket and o.bucket between %(first)s and %(last)s

-- name: quarter_copy
-- Takes 15-minute figures in.
copy occupancy_bucket (space_id, bucket, people, lower, upper, raw, peak, peak_lower, peak_upper, basis, reason, final)
from stdin (format binary)

-- name: dirty_count
-- How many days wait to be estimated again.
select count(*) from dirty_day

-- name: dirty_take
-- Takes the newest days of a site before a day that are to be estimated again, with their marks, none older than `reach` days
-- before the newest; if those are a week or more, from a Monday on, for what is known of the sensors is learnt once for a week.
-- Whoever writes late readings of such a day waits until this transaction ends and then marks the day again.
with taken as (
    select site_id, day from dirty_day
    where site_id = %(site_id)s and day < %(before)s and day >= (
        select date_trunc(case when %(reach)s >= 7 then 'week' else 'day' end, max(day) - %(reach)s::int + 1)::date
        from dirty_day where site_id = %(site_id)s and day < %(before)s
    )
    order by site_id, day
    for update
)
delete from dirty_day d using taken t where d.site_id = t.site_id and d.day = t.day
returning d.day, d.xmin::text::int8

-- name: dirty_marks
-- The days of a site that are to be estimated again, each with its mark: the transaction that marked it last.
select day, xmin::text::int8 from dirty_day where site_id = %(site_id)s and day between %(first)s and %(last)s

-- name: unfinished_days
-- Marks for a new estimate the past business days of a site whose figures were made while they went on, and those on which
-- nobody worked: what was counted after the newest day that was estimated when it was over (of a site without any, in a week;
-- of one that has no figures any more, in two months).
with here as materialized (
    select *, ((%(before)s::timestamptz at time zone timezone) - day_start)::date as today from site where site_id = %(site_id)s
), newest as materialized (
    select max(((l.bucket at time zone h.timezone) - h.day_start)::date) as day
    from here h
    join space z using (site_id)
    cross join lateral (
        select bucket from occupancy_bucket
        where space_id = z.space_id and final and bucket < %(before)s order by bucket desc limit 1
    ) l
)
insert into dirty_day as d (site_id, day)
select h.site_id, ((o.bucket at time zone h.timezone) - h.day_start)::date
from here h
join space z on z.site_id = h.site_id and z.parent_id is null
join occupancy_bucket o on o.space_id = z.space_id and not o.final
where o.bucket < %(before)s
union
select h.site_id, g::date
from here h
cross join newest n
cross join lateral generate_series(
    greatest(coalesce(n.day + 1, h.today - 7), h.today - 60)::timestamp, h.today - 1, interval '1 day'
) as g
where exists (select from flow_day f where f.site_id = h.site_id and f.day = g::date) or exists (
    select from placement p
    join space z using (space_id)
    join level_bucket l on l.channel_id = p.channel_id and l.metric in (10, 11) and p.valid @> l.bucket
        and l.bucket >= (g::date + h.day_start) at time zone h.timezone
        and l.bucket < (g::date + 1 + h.day_start) at time zone h.timezone
    where z.site_id = h.site_id
)
order by 1, 2
on conflict (site_id, day) do update set day = d.day

-- name: first_day
-- The first business day on which anybody was counted at a site, or its occupancy was known.
select least((select min(day) from flow_day where site_id = s.site_id), (
    select min(((o.bucket at time zone s.timezone) - s.day_start)::date)
    from space z
    cross join lateral (select bucket from occupancy_bucket where space_id = z.space_id order by bucket limit 1) o
    where z.site_id = s.site_id
))
from site s
where s.site_id = %(site_id)s

-- name: overview
-- Every site in one row: its root space's last estimate since the business day began, the most silent door that leads out of it, its
-- sensors, what is open about them, visits of today and a week ago, and what a job has computed of its target.
with place as (
    select s.site_id, s.slug, t.*
    from unnest(%(sites)s::text[], %(begins)s::timestamptz[], %(before)s::timestamptz[], %(until)s::timestamptz[])
        as t (site, begins, before, until)
    join site s on s.slug = t.site
), placed as materialized (
    select coalesce(p.site_id, z.site_id) as site_id, pl.portal_id, pl.space_id, d.device_id, d.interval_s,
        least(c.last_time, c.last_received) as heard, c.last_received as received, r.heard as device_heard
    from placement pl
    join channel c using (channel_id)
    join device d using (device_id)
    join device_heard r using (device_id)
    left join portal p using (portal_id)
    left join space z on z.space_id = pl.space_id
    where pl.role = 'primary' and pl.valid @> %(now)s::timestamptz
), sensor as (
    select site_id, count(*)::int as sensors,
        count(*) filter (where device_heard is null or (%(now)s - device_heard) / greatest(interval_s / 60.0, 1) > %(patience)s::interval)::int
            as offline -- as `sensor_freshness` says
    from (select distinct site_id, device_id, interval_s, device_heard from placed) d
    group by site_id
), door as (
    select sp.space_id, (array_agg(h.heard order by h.silent desc nulls first))[1] as heard,
        (array_agg(h.interval_s order by h.silent desc nulls first))[1] as interval_s,
        max((%(now)s - h.received) / greatest(h.interval_s, 60)) as silence,
        bool_or(h.heard is null or h.heard < %(now)s - interval '56 days') as unheard,
        bool_and(h.portal_id is not null) as counted, bool_or(h.portal_id is not null) as begun -- as in `live`
    from space_portal sp
    join portal p using (portal_id)
    left join (
        select portal_id, max(heard) as heard, max(interval_s) as interval_s, max(received) as received,
            (%(now)s - max(heard)) / greatest(max(interval_s), 60) as silent
        from placed where portal_id is not null group by portal_id
    ) h using (portal_id)
    where p.counted and p.valid @> %(now)s::timestamptz and (p.used is null or p.used @> %(now)s::timestamptz)
    group by sp.space_id
), span as (
    select site_id, true as today, begins as start, %(now)s::timestamptz as stop from place
    union all select site_id, false, before, until from place
), entrance as materialized (
    select array_agg(l.channel_id) as channels from place join site_portal using (site_id) join placement l using (portal_id) where perimeter
), flow as materialized ( -- the bounds of all sites are told as constants, so that other chunks are left alone
    select portal_id, bucket, people_in, people_out from portal_people
    where bucket >= %(first_begins)s and bucket < %(now)s and channel_id = any((select channels from entrance)::int[])
    union all
    select portal_id, bucket, people_in, people_out from portal_people
    where bucket >= %(first_before)s and bucket < %(last_until)s and channel_id = any((select channels from entrance)::int[])
), visit as (
    select s.site_id, s.today, sum(case
        when d.method = 'half' then (f.people_in + f.people_out) / 2 when sp.sign = 1 then f.people_in else f.people_out end) as visits
    from span s
    join site using (site_id)
    left join lateral (
        select * from visit_definition v
        where v.site_id = s.site_id and v.ended is null and v.from_day <= ((s.start at time zone site.timezone) - site.day_start)::date
        order by v.from_day desc limit 1
    ) d on true
    join site_portal sp on sp.site_id = s.site_id and sp.perimeter and (d.portals is null or sp.portal_id = any(d.portals))
    join flow f on f.portal_id = sp.portal_id and f.bucket >= s.start and f.bucket < s.stop
    group by 1, 2
), problem as (
    select site_id, count(*)::int as findings from finding where state = 'open' and changed is null group by site_id
)
select jsonb_build_object('space', p.slug, 'name', jsonb_build_object('sv', z.name_sv, 'en', z.name_en), 'kind', z.kind,
        'storey', z.storey, 'parent', null, 'capacity', coalesce(z.capacity, s.capacity), 'people', o.people, 'lower', o.lower,
        'upper', o.upper, 'raw', o.raw, 'basis', o.basis, 'time', o.time, 'freshness', 'none', 'level', 'unknown',
        'interval_s', coalesce(own.interval_s, d.interval_s, 60), 'reason', case -- as in `live`
            when o.people is not null or o.reason <> '' then o.reason
            when d.unheard and own.sensors = 0 then 'unheard_door'
            when d.space_id is not null and own.sensors = 0 and exists (
                select from space_portal sp join uncounted_passage u using (portal_id) where sp.space_id = z.space_id
            ) then 'uncounted_passage'
            when d.space_id is not null or own.sensors > 0 then 'no_data'
            when exists (select from door where door.space_id = z.space_id and begun) then 'door_without_sensor'
            else 'no_sensor'
        end,
        'heard', case when o.basis = 'headcount' then o.time when o.basis in ('people', 'presence') then own.heard else d.heard end,
        'received', case when o.basis = 'headcount' then o.time when o.basis in ('people', 'presence') then own.received
            else %(now)s - d.silence * greatest(d.interval_s, 60) end
    ) as root,
    coalesce(n.sensors, 0) as sensors, coalesce(n.offline, 0) as offline, coalesce(f.findings, 0) as findings,
    (select visits from visit v where v.site_id = p.site_id and v.today) as visits_today,
    (select visits from visit v where v.site_id = p.site_id and not v.today) as visits_last_week,
    nullif(r.result, 'null') as standing
from place p
join site s using (site_id)
join space z on z.site_id = p.site_id and z.parent_id is null
left join door d on d.space_id = z.space_id and d.counted
left join lateral (
    select max(heard) as heard, max(received) as received, max(interval_s) as interval_s, count(*) as sensors
    from placed where space_id = z.space_id
) own on true
left join sensor n on n.site_id = p.site_id
left join problem f on f.site_id = p.site_id
left join computed_result r on r.site_id = p.site_id and r.what = %(what)s
left join lateral (
    select * from occupancy_minute o where o.space_id = z.space_id and o.time >= p.begins and o.time <= %(now)s
        and (o.basis <> 'doors' or d.unheard is not true)
    order by o.time desc limit 1
) o on true
