-- How many enter at each door into a site by weekday (Monday 0) and local hour, on average over the observed days of a time.
with hour as (
    select f.portal_id, date_trunc('hour', f.bucket at time zone s.timezone) as local,
        sum(case sp.sign when 1 then f.people_in else f.people_out end) as people
    from site s
    join site_portal sp using (site_id)
    join portal_people f using (portal_id)
    where s.slug = %(site)s and sp.perimeter and f.bucket >= %(start)s and f.bucket < %(end)s
    group by 1, 2
)
select portal_id, extract(isodow from local)::int - 1 as weekday, extract(hour from local)::int as hour, avg(people) as people
from hour
group by 1, 2, 3
order by 1, 2, 3
