-- The counted portals that touch a site, also those it no longer has; an end elsewhere is null.
select p.portal_id, o.space_id as outer_id, i.space_id as inner_id
from site_portal sp
join portal p using (portal_id)
left join space o on o.space_id = p.outer_id and o.site_id = sp.site_id
left join space i on i.space_id = p.inner_id and i.site_id = sp.site_id
where sp.site_id = %(site_id)s and p.counted
order by p.portal_id
