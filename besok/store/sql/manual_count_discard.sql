-- Takes a count out of use; it stays, with who did it and why.
update manual_count c
set discarded = %(now)s, discarded_by = %(author)s, discarded_why = %(reason)s
from portal p
join site s using (site_id)
where p.portal_id = c.portal_id and s.slug = %(site)s and c.count_id = %(count_id)s and c.discarded is null
