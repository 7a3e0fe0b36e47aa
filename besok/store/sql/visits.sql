-- name: visits
-- Visits of some sites together by business day, week or month, with what their error grows with. Days that are left out,
-- and those on which not all of them were observed, count for nothing; nulls where there is no other.
with place as (
    select site_id, slug, timezone, day_start from site where slug = any(%(sites)s)
), step as (
    select greatest(g, %(first)s::date)::date as first, g::date as named, least(g + %(step)s::interval, %(last)s::date + 1)::date as next
    from generate_series(date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval) as g
), expected as ( -- the seconds that the doors that count should have been watched
    select t.named, min(t.first) as first, max(t.next) as next, sum(d.ends - d.begins) filter (where p.portal_id is not null) as seconds,
        count(distinct (s.site_id, coalesce(v.version, 0))) as definitions, max(coalesce(v.version, 0)) as definition
    from step t
    cross join place s
    cross join lateral generate_series(t.first::timestamp, t.next - interval '1 day', interval '1 day') as g
    cross join lateral (
        select extract(epoch from (g + s.day_start) at time zone s.timezone)::float8 as begins,
            extract(epoch from (g + interval '1 day' + s.day_start) at time zone s.timezone)::float8 as ends
    ) d
    left join lateral (
        select version, portals from visit_definition v
        where v.site_id = s.site_id and v.from_day <= g::date and v.ended is null order by from_day desc limit 1
    ) v on true
    left join (
        select sp.site_id, c.portal_id, c.counting from site_portal sp join portal_counting c using (portal_id) where sp.perimeter
    ) p on p.site_id = s.site_id and (v.portals is null or p.portal_id = any(v.portals))
        and p.counting && tstzrange(to_timestamp(d.begins), to_timestamp(d.ends))
    group by t.named
), door as materialized ( -- counting the sites of each day
    select f.*, date_trunc(%(unit)s, f.day::timestamp)::date as named, k.calibration_id, k.error,
        dense_rank() over (partition by f.day order by f.site_id) + dense_rank() over (partition by f.day order by f.site_id desc) - 1
            as sites
    from visit_door_day f
    join place s using (site_id)
    left join lateral (
        select k.calibration_id, case when f.half then (e.into + e.out) / 2 when f.sign = 1 then e.into else e.out end as error
        from calibration k
        cross join lateral (
            select (k.evidence -> 'in' ->> 'sd')::float8 / nullif((k.evidence -> 'in' ->> 'accuracy')::float8, 0) as into,
                (k.evidence -> 'out' ->> 'sd')::float8 / nullif((k.evidence -> 'out' ->> 'accuracy')::float8, 0) as out
        ) e
        where k.portal_id = f.portal_id and k.decision = 'accepted' and k.undone is null
            and k.valid @> ((f.day + interval '12 hours') at time zone s.timezone)
    ) k on true
    where f.site_id = any(array(select site_id from place)) and f.day between %(first)s and %(last)s
        and f.day <> all(%(left_out)s::date[])
), site_day as (
    select named, greatest(0, sum(entries) - sum(taken) - coalesce(per_day, 0)) as net, sum(entries) as gross,
        sum(covered_s) as covered_s, sum(imputed) as imputed, sum(corrected) as corrected
    from door
    left join (select site_id, version as definition, sum(per_day) as per_day from visit_deduction group by 1, 2) x using (site_id, definition)
    where sites = cardinality(%(sites)s)
    group by site_id, named, day, definition, per_day
), counted as (
    select named, error is not null as checked, sum(entries) as entries, sum(entries * coalesce(error, 0)) as error,
        sum(passages / case when half then 4 else 1 end) as passages, sum(gap_variance) as gap_variance
    from door
    where sites = cardinality(%(sites)s)
    group by site_id, portal_id, named, error is not null, case when error is not null then calibration_id end
), error as (
    select named, sum(passages) as passages, coalesce(sum(entries) filter (where not checked), 0) as unchecked,
        coalesce(sum(entries ^ 2) filter (where not checked), 0) as squares, sum(error ^ 2) + sum(gap_variance) as checked
    from counted group by named
), figures as (
    select named, sum(gross) as gross, sum(net) as net, sum(covered_s) as covered_s, sum(imputed) as imputed, sum(corrected) as corrected
    from site_day group by named
)
select e.named as day, v.gross, v.net, case when e.definitions = 1 then e.definition end as definition,
    least(1, coalesce(v.covered_s / nullif(e.seconds, 0), 0)) as coverage, coalesce(v.imputed, 0) as imputed,
    coalesce(v.corrected, 0) as corrected, e.next <= %(today)s::date as final, exists (
        select from voided_time w
        join channel c using (device_id)
        join placement pl on pl.channel_id = c.channel_id and pl.role = 'primary' and pl.valid && w.during
        join site_portal sp on sp.portal_id = pl.portal_id and sp.perimeter
        join place s on s.site_id = sp.site_id
        where w.undone is null and w.during && tstzrange(
            (e.first + s.day_start) at time zone s.timezone, (e.next + s.day_start) at time zone s.timezone
        )
    ) as voided, exists (
        select from alert_mute m
        join place s using (site_id)
        where tstzrange(m.made, coalesce(m.ended, m.until)) && tstzrange(
            (e.first + s.day_start) at time zone s.timezone, (e.next + s.day_start) at time zone s.timezone
        ) and (m.subject = s.slug or exists ( -- what its visits are counted by
            select from site_portal sp
            join portal p using (portal_id)
            left join placement pl on pl.portal_id = p.portal_id and pl.role = 'primary'
                and pl.valid && tstzrange(m.made, coalesce(m.ended, m.until))
            left join channel c using (channel_id)
            left join device d using (device_id)
            where sp.site_id = s.site_id and sp.perimeter and m.subject in (s.slug || '/' || p.slug, d.external_id)
        ))
    ) as maintenance,
    x.passages, coalesce(x.unchecked, 0) as unchecked, coalesce(x.squares, 0) as squares, coalesce(x.checked, 0) as checked
from expected e
left join figures v using (named)
left join error x using (named)
order by e.named

-- name: balance_variance
-- How far in - out of a site at the ends of days scatters about its usual share of all who passed, squared, for each of them: from
-- the 0.8 quantile (1.642 times the variance of a normal error), which a few odd days do not move. Null with less than four weeks.
-- Where in and out are equal a beam may not know directions.
with balance as (
    select sum(sp.sign * (f.people_in - f.people_out)) as net, sum(f.people_in + f.people_out) as passed
    from flow_day f
    join site s using (site_id)
    join site_portal sp using (site_id, portal_id)
    where s.slug = any(%(sites)s) and sp.perimeter and f.people_in <> f.people_out and f.day between %(last)s::date - 364 and %(last)s
    group by f.site_id, f.day
)
select case when count(*) >= 28 then percentile_cont(0.8) within group (order by (net - lean * passed) ^ 2 / passed) / 1.642 end as variance
from balance
cross join (select percentile_cont(0.5) within group (order by net / passed) as lean from balance) usual

-- name: visit_days
-- The business days up to one on which visits of all of some sites were observed, and whether they were observed `whole`.
select day, gross, net, imputed, day <> all(%(partial)s::date[]) as whole
from visits_together(%(sites)s, '1970-01-01', %(last)s)
order by day

-- name: visits_so_far
-- Who entered a site between two instants, by the definition of a visit in force, and how many corrections added; null if nothing was
-- observed.
select sum(case
    when d.method = 'half' then (f.people_in + f.people_out) / 2
    when sp.sign = 1 then f.people_in else f.people_out
end) as visits, sum(case
    when d.method = 'half' then (f.corrected_in + f.corrected_out) / 2
    when sp.sign = 1 then f.corrected_in else f.corrected_out
end) as corrected
from site
left join lateral (
    select * from visit_definition v
    where v.site_id = site.site_id and v.ended is null
        and v.from_day <= ((%(start)s::timestamptz at time zone site.timezone) - site.day_start)::date
    order by v.from_day desc limit 1
) d on true
join site_portal sp on sp.site_id = site.site_id and sp.perimeter and (d.portals is null or sp.portal_id = any(d.portals))
join portal_people f on f.portal_id = sp.portal_id
where site.slug = %(site)s and f.bucket >= %(start)s and f.bucket < %(end)s and f.channel_id = any(array(
    select l.channel_id from site join site_portal using (site_id) join placement l using (portal_id)
    where slug = %(site)s and perimeter
))

-- name: door_days
-- What is known of each door that touches a site by business day: the seconds watched, people put in for what was not, and
-- whether it was heard.
select f.portal_id as door, f.day, sum(f.covered_s) as covered_s, sum(f.imputed) as imputed,
    bool_or(f.covered_s > 0 or f.imputed = 0) as heard
from flow_day_filled f
join site s using (site_id)
where s.slug = %(site)s and f.day <= %(last)s
group by f.portal_id, f.day
order by f.day

-- name: door_months
-- How long each door that leads into a site was watched on the days of each month on which it was heard, and who
-- passed it. A door of another site is named with its site. What came without a time told was heard too.
select f.portal_id, case when p.site_id = s.site_id then p.slug else owner.slug || '/' || p.slug end as name,
    date_trunc('month', f.day::timestamp)::date as month, count(*)::int as days, min(f.day) as first, max(f.day) as last,
    percentile_cont(0.5) within group (order by f.covered_s) as watched_s,
    percentile_cont(0.1) within group (order by f.covered_s) as shortest_s, sum(f.people_in + f.people_out) as people
from flow_day f
join site s using (site_id)
join site_portal sp on sp.site_id = f.site_id and sp.portal_id = f.portal_id and sp.perimeter
join portal p on p.portal_id = f.portal_id
join site owner on owner.site_id = p.site_id
where s.slug = %(site)s and (f.covered_s > 0 or f.imputed = 0)
group by f.portal_id, name, month

-- name: flows_fine
-- People through each portal (or one) that touches a site and counted in that time, by quarter or hour; nulls where nothing was observed.
-- A portal of another site is named with its site.
with door as (
    select p.portal_id, p.sort, p.site_id <> site.site_id as foreign_door, n.portal
    from site
    join site_portal sp using (site_id)
    join portal p using (portal_id)
    join site owner on owner.site_id = p.site_id
    join portal_counting c using (portal_id)
    cross join lateral (select case when p.site_id = site.site_id then p.slug else owner.slug || '/' || p.slug end as portal) n
    where site.slug = %(site)s and n.portal = coalesce(%(portal)s, n.portal) and c.counting && tstzrange(%(start)s, %(end)s)
), flow as ( -- door by door: else what is known of a door is joined to each of its quarters
    select d.portal_id, t.start, sum(t.people_in) as people_in, sum(t.people_out) as people_out, sum(t.imputed) as imputed,
        sum(t.corrected) as corrected, least(1, sum(t.covered_s) / count(*) / extract(epoch from %(step)s::interval))::float8 as coverage
    from door d
    cross join lateral (
        select date_bin(%(step)s, f.bucket, %(start)s) as start, sum(f.people_in) as people_in, sum(f.people_out) as people_out,
            sum(f.imputed) as imputed, sum(f.corrected_in + f.corrected_out) as corrected, sum(f.covered_s) as covered_s
        from (
            select portal_id, channel_id, bucket, people_in, people_out, covered_s, imputed, corrected_in, corrected_out from portal_people
            union all
            select portal_id, channel_id, bucket, people_in, people_out, 0, people_in + people_out, corrected_in, corrected_out
            from portal_imputed
        ) f
        where f.portal_id = d.portal_id and f.bucket >= %(start)s and f.bucket < %(end)s
        group by f.channel_id, 1
    ) t
    group by d.portal_id, t.start
)
select d.portal, t.start, f.people_in, f.people_out, coalesce(f.coverage, 0) as coverage, coalesce(f.imputed, 0) as imputed,
    coalesce(f.corrected, 0) as corrected
from door d
cross join generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 second', %(step)s::interval) as t (start)
left join flow f on f.portal_id = d.portal_id and f.start = t.start
order by d.foreign_door, d.sort, d.portal, t.start

-- name: flows_days
-- People through each portal (or one) that touches a site and counted in that time, by its business day, week or month; nulls where nothing was
-- observed. A portal of another site is named with its site.
with door as (
    select site.timezone, site.day_start, p.portal_id, p.sort, p.site_id <> site.site_id as foreign_door, n.portal
    from site
    join site_portal sp using (site_id)
    join portal p using (portal_id)
    join site owner on owner.site_id = p.site_id
    join portal_counting c using (portal_id)
    cross join lateral (select case when p.site_id = site.site_id then p.slug else owner.slug || '/' || p.slug end as portal) n
    where site.slug = %(site)s and n.portal = coalesce(%(portal)s, n.portal) and c.counting && tstzrange(
        (%(first)s::date + site.day_start) at time zone site.timezone, (%(last)s::date + 1 + site.day_start) at time zone site.timezone
    )
), step as (
    select greatest(g, %(first)s::date)::date as first, least(g + %(step)s::interval, %(last)s::date + 1)::date as next, g as named
    from generate_series(date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval) as g
), flow as (
    select portal_id, date_trunc(%(unit)s, day::timestamp) as named, sum(people_in) as people_in, sum(people_out) as people_out,
        sum(covered_s) as covered_s, sum(imputed) as imputed, sum(corrected_in + corrected_out) as corrected
    from flow_day_filled
    where site_id = (select site_id from site where slug = %(site)s) and day between %(first)s and %(last)s
    group by 1, 2
)
select d.portal, (t.named + d.day_start) at time zone d.timezone as start, f.people_in, f.people_out,
    coalesce(f.covered_s / extract(epoch from
        (t.next + d.day_start) at time zone d.timezone - (t.first + d.day_start) at time zone d.timezone
    ), 0)::float8 as coverage,
    coalesce(f.imputed, 0) as imputed, coalesce(f.corrected, 0) as corrected
from door d
cross join step t
left join flow f on f.portal_id = d.portal_id and f.named = t.named
order by d.foreign_door, d.sort, d.portal, t.named

-- name: counted_visits
-- The gross and net visits of sites by business day.
select s.slug, v.day, v.gross, v.net from visit_day v join site s using (site_id) where s.slug = any(%(sites)s)
