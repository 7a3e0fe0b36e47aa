-- The portals that lead into a site and are counted, or were, with the direction of going in. `until` is the last day that
-- counts of those that are no longer counted, or no longer there: until a sensor hung there, or was heard.
select p.portal_id, case when p.site_id = sp.site_id then p.slug else owner.slug || '/' || p.slug end as name, sp.sign,
    case when not (p.counted and upper_inf(p.valid)) then greatest(h.heard, h.hung) end as until
from site
join site_portal sp using (site_id)
join portal p using (portal_id)
join site owner on owner.site_id = p.site_id
cross join lateral (
    select (select max(f.day) from flow_day f where f.site_id = sp.site_id and f.portal_id = p.portal_id) as heard,
        (select max(((upper(l.valid) at time zone site.timezone) - site.day_start)::date) from placement l
         where l.portal_id = p.portal_id and l.role = 'primary') as hung
) h
where site.slug = %(site)s and sp.perimeter and ((p.counted and upper_inf(p.valid)) or h.heard is not null)
order by p.site_id <> sp.site_id, p.sort, p.portal_id
