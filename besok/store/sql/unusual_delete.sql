-- Forgets what stood out in the counts of a site.
delete from unusual_time u using site s where s.site_id = u.site_id and s.slug = %(site)s
