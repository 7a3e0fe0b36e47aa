-- Who changed the ledger of a site, or of all, newest last.
select s.slug as site, l.slug as id, l.at, l.author, l.change
from action_log l join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by l.entry_id
