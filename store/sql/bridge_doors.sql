-- The portals that lead into a site and are counted, or were at some time, with the direction of going in.
select p.portal_id, case when p.site_id = sp.site_id then p.slug else owner.slug || '/' || p.slug end as name, sp.sign
from site
join site_portal sp using (site_id)
join portal p using (portal_id)
join site owner on owner.site_id = p.site_id
where site.slug = %(site)s and sp.perimeter
    and (p.counted or exists (select from flow_day f where f.site_id = sp.site_id and f.portal_id = p.portal_id))
order by p.site_id <> sp.site_id, p.sort, p.portal_id
