-- The counts at the doors of a site, the latest first; a door of another site is counted where it belongs.
select c.count_id, p.portal_id, p.slug as portal, c.counted_by, c.begins, c.ends, c.clock_ahead_s, c.note, c.received,
    c.discarded, c.discarded_by, c.discarded_why
from manual_count c
join portal p using (portal_id)
join site s using (site_id)
where s.slug = %(site)s and c.begins >= %(since)s
order by c.begins desc, c.count_id
