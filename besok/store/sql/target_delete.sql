-- The site has no target any more.
delete from target where site_id = %(site_id)s
