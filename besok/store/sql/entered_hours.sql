-- Who entered a space by hour (a site: its root space): the sum over its doors, and the share of the doors that counted then
-- that were heard at all.
with door as (
    select sp.portal_id, sp.sign, c.counting
    from site s
    join space z using (site_id)
    join space_portal sp using (space_id)
    join portal_counting c using (portal_id)
    where s.slug = %(site)s and z.slug = %(space)s
), flow as (
    select date_trunc('hour', f.bucket) as start, d.portal_id,
        sum(case d.sign when 1 then f.people_in else f.people_out end) as people
    from door d
    join portal_people f using (portal_id)
    where f.bucket >= %(start)s and f.bucket < %(end)s
    group by 1, 2
)
select f.start, sum(f.people) as people, least(1, count(*)::float8 / greatest(1, max(d.doors))) as heard
from flow f
cross join lateral (
    select count(*) as doors from door where counting && tstzrange(f.start, f.start + interval '1 hour')
) d
group by f.start
order by f.start
