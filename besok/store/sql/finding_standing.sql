-- What is open or acknowledged at a site.
select finding_id, kind, channel_id, since, seen from finding where site_id = %(site_id)s and state <> 'resolved'
