-- Ends the spaces of a site that its file has no more; their history stays.
update space set valid = tstzrange(lower(valid), greatest(lower(valid), %(now)s))
where site_id = %(site_id)s and parent_id is not null and upper_inf(valid) and slug <> all(%(kept)s)
