-- The usual occupancy of a space by weekday (Monday 0) and local hour over business days, and between what eight days in
-- ten lie: from the 10th percentile of the hour's lower bounds to the 90th of its upper ones.
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
        where site.slug = %(site)s and s.slug = %(space)s and o.people is not null
            and o.bucket >= (%(first)s::date + site.day_start) at time zone site.timezone
            and o.bucket < (%(last)s::date + 1 + site.day_start) at time zone site.timezone
    ) h
    group by 1, 2, 3
) d
group by 1, 2
order by 1, 2
