-- People through each portal that touches a site and counted in that time, by quarter or hour; nulls where nothing was observed.
-- A portal of another site is named with its site.
with door as (
    select p.portal_id, p.sort, p.site_id <> site.site_id as foreign_door,
        case when p.site_id = site.site_id then p.slug else owner.slug || '/' || p.slug end as portal
    from site
    join site_portal sp using (site_id)
    join portal p using (portal_id)
    join site owner on owner.site_id = p.site_id
    join portal_counting c using (portal_id)
    where site.slug = %(site)s and c.counting && tstzrange(%(start)s, %(end)s)
), flow as (
    select f.portal_id, floor(extract(epoch from f.bucket - %(start)s) / extract(epoch from %(step)s::interval)) as number,
        sum(f.people_in) as people_in, sum(f.people_out) as people_out, sum(f.imputed) as imputed,
        sum(f.corrected_in + f.corrected_out) as corrected,
        least(1, sum(f.covered_s) / count(distinct f.channel_id) / extract(epoch from %(step)s::interval))::float8 as coverage
    from (
        select portal_id, channel_id, bucket, people_in, people_out, covered_s, imputed, corrected_in, corrected_out from portal_people
        union all
        select portal_id, channel_id, bucket, people_in, people_out, 0, people_in + people_out, corrected_in, corrected_out
        from portal_imputed
    ) f
    where f.portal_id in (select portal_id from door) and f.bucket >= %(start)s and f.bucket < %(end)s
    group by f.portal_id, number
)
select d.portal, t.start, f.people_in, f.people_out, coalesce(f.coverage, 0) as coverage, coalesce(f.imputed, 0) as imputed,
    coalesce(f.corrected, 0) as corrected
from door d
cross join generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 second', %(step)s::interval)
    with ordinality as t (start, number)
left join flow f on f.portal_id = d.portal_id and f.number = t.number - 1
order by d.foreign_door, d.sort, d.portal, t.start
