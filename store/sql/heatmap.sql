-- The usual occupancy of a space by weekday (Monday 0) and local hour over business days.
select extract(isodow from local)::int - 1 as weekday, extract(hour from local)::int as hour,
    avg(people) as people, count(distinct local::date)::int as days
from (
    select o.people, o.bucket at time zone site.timezone as local
    from site
    join space s using (site_id)
    join occupancy_bucket o using (space_id)
    where site.slug = %(site)s and s.slug = %(space)s and o.people is not null
        and o.bucket >= (%(first)s::date + site.day_start) at time zone site.timezone
        and o.bucket < (%(last)s::date + 1 + site.day_start) at time zone site.timezone
) h
group by 1, 2
order by 1, 2
