-- The occupancy of a space by business day, week or month: mean and peak; nulls where nothing is known.
select (t.first + site.day_start) at time zone site.timezone as start, o.people, o.lower, o.upper, o.peak
from site
join space s using (site_id)
cross join lateral generate_series(
    date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval
) as t (first)
left join lateral (
    select avg(people) as people, avg(lower) as lower, avg(upper) as upper, max(peak) as peak
    from occupancy_bucket o
    where o.space_id = s.space_id
        and o.bucket >= (t.first + site.day_start) at time zone site.timezone
        and o.bucket < (t.first + %(step)s::interval + site.day_start) at time zone site.timezone
) o on true
where site.slug = %(site)s and s.slug = %(space)s
order by t.first
