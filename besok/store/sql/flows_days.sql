-- People through each portal that touches a site and counted in that time, by its business day, week or month; nulls where nothing was
-- observed. A portal of another site is named with its site.
with door as (
    select site.site_id, site.timezone, site.day_start, p.portal_id, p.sort, p.site_id <> site.site_id as foreign_door,
        case when p.site_id = site.site_id then p.slug else owner.slug || '/' || p.slug end as portal
    from site
    join site_portal sp using (site_id)
    join portal p using (portal_id)
    join site owner on owner.site_id = p.site_id
    join portal_counting c using (portal_id)
    where site.slug = %(site)s and c.counting && tstzrange(
        (%(first)s::date + site.day_start) at time zone site.timezone, (%(last)s::date + 1 + site.day_start) at time zone site.timezone
    )
), step as (
    select greatest(g, %(first)s::date)::date as first, least(g + %(step)s::interval, %(last)s::date + 1)::date as next, g as named
    from generate_series(date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval) as g
)
select d.portal, (t.named + d.day_start) at time zone d.timezone as start,
    sum(f.people_in) as people_in, sum(f.people_out) as people_out,
    coalesce(sum(f.covered_s) / extract(epoch from
        (t.next + d.day_start) at time zone d.timezone - (t.first + d.day_start) at time zone d.timezone
    ), 0)::float8 as coverage,
    coalesce(sum(f.imputed), 0) as imputed, coalesce(sum(f.corrected_in + f.corrected_out), 0) as corrected
from door d
cross join step t
left join flow_day_filled f on f.site_id = d.site_id and f.portal_id = d.portal_id and f.day >= t.first and f.day < t.next
group by d.portal, d.foreign_door, d.sort, d.timezone, d.day_start, t.named, t.first, t.next
order by d.foreign_door, d.sort, d.portal, t.named
