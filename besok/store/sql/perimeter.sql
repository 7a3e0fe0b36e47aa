-- The portals that lead into a site, by the names that its site file gives them.
select case when p.site_id = sp.site_id then p.slug else owner.slug || '/' || p.slug end as name, p.portal_id
from site_portal sp
join portal p using (portal_id)
join site owner on owner.site_id = p.site_id
where sp.site_id = %(site_id)s and sp.perimeter
