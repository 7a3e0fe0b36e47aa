-- Visits of a site by business day, week or month; nulls where nothing was observed.
select t.first::date as day, sum(v.gross) as gross, sum(v.net) as net,
    least(1, coalesce(sum(v.covered_s) / (doors.number * extract(epoch from
        (least(t.first + %(step)s::interval, %(last)s::date + 1) + site.day_start) at time zone site.timezone
        - (greatest(t.first, %(first)s::date) + site.day_start) at time zone site.timezone)::float8), 0)) as coverage,
    coalesce(sum(v.imputed), 0) as imputed
from site
cross join lateral generate_series(
    date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval
) as t (first)
cross join lateral (
    select nullif(count(*), 0)::float8 as number
    from site_portal sp join portal p using (portal_id)
    where sp.site_id = site.site_id and sp.perimeter and p.counted and upper_inf(p.valid)
) doors
left join visit_day v on v.site_id = site.site_id and v.day >= t.first and v.day < t.first + %(step)s::interval
    and v.day >= %(first)s and v.day <= %(last)s
where site.slug = %(site)s
group by site.site_id, doors.number, t.first
order by t.first
