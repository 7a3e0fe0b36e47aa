-- Forgets the mappings of a site, to be written anew.
delete from mapping where site_id = %(site_id)s
