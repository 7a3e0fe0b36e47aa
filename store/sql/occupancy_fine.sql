-- The occupancy of a space by quarter or hour; nulls where nothing is known.
select t.start, o.people, o.lower, o.upper, o.peak
from site
join space s using (site_id)
cross join lateral generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 second', %(step)s::interval) as t (start)
left join lateral (
    select avg(people) as people, avg(lower) as lower, avg(upper) as upper, max(peak) as peak
    from occupancy_bucket o
    where o.space_id = s.space_id and o.bucket >= t.start and o.bucket < t.start + %(step)s::interval
        and o.bucket >= %(start)s and o.bucket < %(end)s
) o on true
where site.slug = %(site)s and s.slug = %(space)s
order by t.start
