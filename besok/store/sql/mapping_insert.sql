-- Writes one mapping of a site.
insert into mapping (site_id, position, spec) values (%(site_id)s, %(position)s, %(spec)s)
