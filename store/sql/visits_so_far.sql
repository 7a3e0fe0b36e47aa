-- Who entered a site through its perimeter between two instants; null if nothing was observed.
select sum(case sp.sign when 1 then f.people_in else f.people_out end) as visits
from site
join site_portal sp using (site_id)
join portal_flow f using (portal_id)
where site.slug = %(site)s and sp.perimeter and f.bucket >= %(start)s and f.bucket < %(end)s
