-- Ends the portals of a site that its file has no more; their history stays.
update portal set valid = tstzrange(lower(valid), greatest(lower(valid), %(now)s))
where site_id = %(site_id)s and upper_inf(valid) and slug <> all(%(kept)s)
