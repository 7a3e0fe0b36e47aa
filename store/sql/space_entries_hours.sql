-- Who entered a space by hour: the sum over its doors, and the share of the doors that were heard at all.
with door as (
    select sp.portal_id, sp.sign
    from site s
    join space z using (site_id)
    join space_portal sp using (space_id)
    join portal p using (portal_id)
    where s.slug = %(site)s and z.slug = %(space)s and p.counted and upper_inf(p.valid)
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
