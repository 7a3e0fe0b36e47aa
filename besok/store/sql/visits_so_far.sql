-- Who entered a site between two instants, by the definition of a visit in force, and how many corrections added; null if nothing was observed.
select sum(case
    when d.method = 'half' then (f.people_in + f.people_out) / 2
    when sp.sign = 1 then f.people_in else f.people_out
end) as visits, sum(case
    when d.method = 'half' then (f.corrected_in + f.corrected_out) / 2
    when sp.sign = 1 then f.corrected_in else f.corrected_out
end) as corrected
from site
left join lateral (
    select * from visit_definition v
    where v.site_id = site.site_id and v.ended is null
        and v.from_day <= ((%(start)s::timestamptz at time zone site.timezone) - site.day_start)::date
    order by v.from_day desc limit 1
) d on true
join site_portal sp on sp.site_id = site.site_id and sp.perimeter and (d.portals is null or sp.portal_id = any(d.portals))
join portal_people f on f.portal_id = sp.portal_id
where site.slug = %(site)s and f.bucket >= %(start)s and f.bucket < %(end)s
