-- Visits of a site by business day, week or month, with what their error grows with; nulls where nothing was observed.
with place as (
    select site_id, timezone, day_start from site where slug = %(site)s
), step as (
    select s.site_id, greatest(g, %(first)s::date)::date as first, g::date as named,
        least(g + %(step)s::interval, %(last)s::date + 1)::date as next
    from place s
    cross join generate_series(date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval) as g
), expected as ( -- the seconds that the doors that count should have been watched
    select t.named, sum(d.ends - d.begins) filter (where p.portal_id is not null) as seconds, count(distinct coalesce(v.version, 0)) as definitions,
        max(coalesce(v.version, 0)) as definition
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
        select sp.site_id, p.portal_id, p.valid from site_portal sp join portal p using (portal_id) where sp.perimeter and p.counted
    ) p on p.site_id = s.site_id and (v.portals is null or p.portal_id = any(v.portals))
        and p.valid && tstzrange(to_timestamp(d.begins), to_timestamp(d.ends))
    group by t.named
), counted as (
    select t.named, f.portal_id, sum(f.entries) as entries, sum(f.passages / case when f.half then 4 else 1 end) as passages
    from step t
    join visit_door_day f on f.site_id = t.site_id and f.day >= t.first and f.day < t.next
    group by t.named, f.portal_id
)
select t.named as day, sum(v.gross) as gross, sum(v.net) as net,
    case when e.definitions = 1 then e.definition end as definition,
    least(1, coalesce(sum(v.covered_s) / nullif(e.seconds, 0), 0)) as coverage, coalesce(sum(v.imputed), 0) as imputed,
    coalesce(sum(v.corrected), 0) as corrected,
    (select sum(passages) from counted c where c.named = t.named) as passages,
    (select sum(entries ^ 2) from counted c where c.named = t.named) as squares
from step t
join expected e using (named)
left join visit_day v on v.site_id = t.site_id and v.day >= t.first and v.day < t.next
group by t.named, e.seconds, e.definitions, e.definition
order by t.named
