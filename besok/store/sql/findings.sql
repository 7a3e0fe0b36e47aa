-- Findings of a site, or all: standing ones first, the latest first; resolved ones since a moment if asked for.
select f.finding_id as id, s.slug as site, s.timezone, f.kind, coalesce(d.external_id, '') as device, coalesce(d.source, '') as source,
    coalesce(c.key, '') as channel, coalesce(p.slug, '') as portal, coalesce(z.slug, '') as space, f.since, f.evidence, f.odds, f.state,
    f.found, f.seen, f.acknowledged, f.who, f.note, f.resolved,
    (select jsonb_agg(jsonb_build_object('time', h.time, 'event', h.event, 'who', h.who, 'note', h.note) order by h.line)
     from finding_history h where h.finding_id = f.finding_id) as history
from finding f
join site s using (site_id)
left join channel c using (channel_id)
left join device d using (device_id)
left join portal p on p.portal_id = f.portal_id
left join space z on z.space_id = f.space_id
where (%(site)s::text is null or s.slug = %(site)s) and (%(id)s::int is null or f.finding_id = %(id)s)
    and (f.state <> 'resolved' or f.resolved > %(resolved_since)s)
order by f.state = 'resolved', f.state = 'acknowledged', coalesce(f.resolved, f.found) desc, f.finding_id desc
limit %(limit)s
