-- A portal of a site by its name.
select portal_id from portal join site using (site_id) where site.slug = %(site)s and portal.slug = %(portal)s
