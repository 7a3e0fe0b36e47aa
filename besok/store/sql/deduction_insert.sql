-- Writes one deduction of a definition.
insert into visit_deduction (site_id, version, position, kind, share, per_day, portals)
values (%(site_id)s, %(version)s, %(position)s, %(kind)s, %(share)s, %(per_day)s, %(portals)s)
