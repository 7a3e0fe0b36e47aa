-- Who entered each space of a site from outside of it, by portal and business day; spaces without a counted door are left out.
select z.slug as space, f.portal_id as portal, f.day, case sp.sign when 1 then f.people_in else f.people_out end as people
from site
join space z using (site_id)
join space_portal sp using (space_id)
join flow_day f on f.site_id = site.site_id and f.portal_id = sp.portal_id
where site.slug = %(site)s and z.parent_id is not null and f.day between %(first)s and %(last)s
order by z.slug, f.portal_id, f.day
