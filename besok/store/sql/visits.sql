-- Visits of some sites together by business day, week or month, with what their error grows with. Days that are left out,
-- and those on which not all of them were observed, count for nothing; nulls where there is no other.
with place as (
    select site_id, timezone, day_start from site where slug = any(%(sites)s)
), step as (
    select greatest(g, %(first)s::date)::date as first, g::date as named, least(g + %(step)s::interval, %(last)s::date + 1)::date as next
    from generate_series(date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval) as g
), expected as ( -- the seconds that the doors that count should have been watched
    select t.named, max(t.next) as next, sum(d.ends - d.begins) filter (where p.portal_id is not null) as seconds,
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
), observed as (
    select date_trunc(%(unit)s, v.day::timestamp)::date as named, v.*
    from visits_together(%(sites)s, %(first)s, %(last)s) v
    where v.day <> all(%(left_out)s::date[])
), door as ( -- by itself, and counting the sites of each day: joined to the days, the planner may run it once for each of them
    select f.*, dense_rank() over (partition by day order by site_id) + dense_rank() over (partition by day order by site_id desc) - 1
        as sites
    from place
    join visit_door_day f using (site_id)
    where f.day between %(first)s and %(last)s and f.day <> all(%(left_out)s::date[])
), counted as (
    select date_trunc(%(unit)s, day::timestamp)::date as named, site_id, portal_id, sum(entries) as entries,
        sum(passages / case when half then 4 else 1 end) as passages
    from door
    where sites = cardinality(%(sites)s)
    group by 1, site_id, portal_id
), error as (
    select named, sum(passages) as passages, sum(entries ^ 2) as squares from counted group by named
), figures as (
    select named, sum(gross) as gross, sum(net) as net, sum(covered_s) as covered_s, sum(imputed) as imputed, sum(corrected) as corrected
    from observed group by named
)
select e.named as day, v.gross, v.net, case when e.definitions = 1 then e.definition end as definition,
    least(1, coalesce(v.covered_s / nullif(e.seconds, 0), 0)) as coverage, coalesce(v.imputed, 0) as imputed,
    coalesce(v.corrected, 0) as corrected, e.next <= %(today)s::date as final,
    x.passages, x.squares
from expected e
left join figures v using (named)
left join error x using (named)
order by e.named
