-- Who entered a site by hour: the sum over its doors, and the share of the doors that were heard at all.
with door as (
    select sp.portal_id, sp.sign
    from site
    join site_portal sp using (site_id)
    join portal p using (portal_id)
    where site.slug = %(site)s and sp.perimeter and p.counted
), flow as (
    select date_trunc('hour', f.bucket) as start, d.portal_id,
        sum(case d.sign when 1 then f.people_in else f.people_out end) as people
    from door d
    join portal_people f using (portal_id)
    where f.bucket >= %(start)s and f.bucket < %(end)s
    group by 1, 2
)
select start, sum(people) as people, count(*)::float8 / (select count(*) from door) as heard
from flow
group by start
order by start
