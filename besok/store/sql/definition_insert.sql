-- Writes a definition under the next version of its site.
insert into visit_definition (site_id, version, from_day, method, portals, spec, since)
select %(site_id)s, coalesce(max(version), 0) + 1, %(first)s, %(method)s, %(portals)s, %(spec)s, %(now)s
from visit_definition where site_id = %(site_id)s
returning version
