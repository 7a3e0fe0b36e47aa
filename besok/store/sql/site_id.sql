-- The id of a site.
select site_id from site where slug = %(site)s
