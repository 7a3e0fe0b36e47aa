-- People through the doors that lead into a site by business day, in their own directions.
select f.portal_id, f.day, f.people_in, f.people_out, f.covered_s
from flow_day f join site using (site_id)
where site.slug = %(site)s and f.portal_id = any(%(portals)s) and f.day between %(first)s and %(last)s
